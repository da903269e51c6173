/**
 * What is wrong with a text as the address of a database, reading on from its setting's name. Undefined when it
 * is fine.
 */
export function databaseUrlFault(text: string): string | undefined {
  if (/^sqlite:./.test(text)) return undefined;
  if (!/^(?:postgres(?:ql)?|mysql|mariadb):\/\/./.test(text)) {
    return 'begins with sqlite:, postgres:// or mysql://';
  }
  try {
    const { username, password, hostname } = new URL(text);
    decodeURIComponent(username + password);
    return hostname === '' ? 'names no host' : undefined;
  } catch {
    return 'is not an address; a user or password with characters such as # / @ % is to be percent-encoded';
  }
}
