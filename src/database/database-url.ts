import type { DialectName } from './database.ts';

/** The kind of database that a URL names, or undefined. */
export function dialectOfUrl(url: string): DialectName | undefined {
  if (/^sqlite:./.test(url)) return 'sqlite';
  if (/^postgres(?:ql)?:\/\//.test(url)) return 'postgres';
  if (/^(?:mysql|mariadb):\/\//.test(url)) return 'mysql';
  return undefined;
}

/**
 * What is wrong with a text as the address of a database. The message continues a sentence that begins with the setting's
 * name. Undefined when the address is valid.
 */
export function databaseUrlFault(text: string): string | undefined {
  const dialect = dialectOfUrl(text);
  if (dialect === 'sqlite') return undefined;
  if (dialect === undefined || text.endsWith('://')) {
    return 'must begin with sqlite:, postgres:// or mysql://';
  }
  try {
    const { username, password, hostname } = new URL(text);
    decodeURIComponent(username + password);
    return hostname === '' ? 'names no host' : undefined;
  } catch {
    return 'is not an address; characters such as # / @ % in a user or password must be percent-encoded';
  }
}
