// The parameters that this server adds to a redirect URI.
const addedParameters = ['code', 'state', 'iss', 'error', 'error_description'];

const hostPattern = /^(?:[\w-]+(?:\.[\w-]+)*\.?|\[[\da-f:.]+\])$/i;

/**
 * Describes the fault of a redirect URI (RFC 6749 section 3.1.2, RFC 9700 section 4.1), as the end of a sentence that
 * begins with "The redirect URI". The URI must use https, or http on this machine. It must have no fragment and no user.
 *
 * @returns undefined for a valid redirect URI
 */
export function redirectUriFault(text: string): string | undefined {
  let uri: URL;
  try {
    uri = new URL(text);
  } catch {
    return 'is not an absolute address';
  }
  // Redirect URIs are compared exactly, so a wildcard would never match, although it looks as if it matched every host.
  if (/\*|%2a/i.test(text))
    return "must not contain a wildcard (*): register each of the sender's addresses exactly";
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(uri.hostname);
  if (uri.protocol !== 'https:' && !(uri.protocol === 'http:' && loopback)) return 'must begin with https://';
  // Browsers silently correct blanks, backslashes and missing slashes. The redirect would then not equal the registered
  // text.
  if (!/^https?:\/\/[^/]/i.test(text) || /[^\x21-\x7e]|["<>\\^`{|}]/.test(text))
    return 'contains characters that are not valid in an address';
  // A leading dot or a pattern is another attempt to register every host.
  if (!hostPattern.test(uri.hostname))
    return "must name a host, not a pattern: register each of the sender's addresses exactly";
  if (text.includes('#')) return 'must not have a fragment (#)';
  if (/^https?:\/\/[^/?]*@/i.test(text)) return 'must not contain a user';
  const clash = addedParameters.find((name) => uri.searchParams.has(name));
  if (clash !== undefined) return `must not have the parameter "${clash}", because this server adds it`;
  return undefined;
}
