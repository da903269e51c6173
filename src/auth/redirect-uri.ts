const ownParameters = ['code', 'state', 'iss', 'error', 'error_description'];

const hostPattern = /^(?:[\w-]+(?:\.[\w-]+)*\.?|\[[\da-f:.]+\])$/i;

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
  // Addresses are compared letter by letter: a wildcard would match nothing, and reads as if it matched every host.
  if (/\*|%2a/i.test(text)) return 'holds a wildcard (*): register each address as the sender names it';
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(uri.hostname);
  if (uri.protocol !== 'https:' && !(uri.protocol === 'http:' && loopback)) return 'begins with https://';
  // What browsers mend in silence (blanks, backslashes, a missing slash) would be redirected to another text.
  if (!/^https?:\/\/[^/]/i.test(text) || /[^\x21-\x7e]|["<>\\^`{|}]/.test(text))
    return 'holds characters that an address does not have';
  // A dot at the beginning, or a pattern, is another way to mean every host.
  if (!hostPattern.test(uri.hostname))
    return 'names no host: register each address as the sender names it, without a pattern';
  if (text.includes('#')) return 'has no fragment';
  if (/^https?:\/\/[^/?]*@/i.test(text)) return 'names no user';
  const clash = ownParameters.find((name) => uri.searchParams.has(name));
  if (clash !== undefined) return `has no parameter "${clash}" of its own`;
  return undefined;
}
