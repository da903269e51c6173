/**
 * What is wrong with an address as a redirect URI (RFC 6749 section 3.1.2, RFC 9700 section 4.1), reading on from
 * "The redirect URI": https, or http on this machine; no fragment, no user. Undefined when it is fine.
 */
export function redirectUriFault(text: string): string | undefined {
  let uri: URL;
  try {
    uri = new URL(text);
  } catch {
    return 'is not an absolute address';
  }
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(uri.hostname);
  if (uri.protocol !== 'https:' && !(uri.protocol === 'http:' && loopback)) return 'begins with https://';
  if (text.includes('#')) return 'has no fragment';
  if (uri.username !== '' || uri.password !== '') return 'names no user';
  return undefined;
}
