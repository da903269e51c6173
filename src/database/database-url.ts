import type { DialectName } from './database.ts';
import { isOnThisMachine, parseServerAddress } from './server-address.ts';
import { sqliteUrlFault } from './sqlite.ts';

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
  if (dialect === 'sqlite') return sqliteUrlFault(text);
  if (dialect === undefined || text.endsWith('://')) {
    return 'must begin with sqlite:, postgres:// or mysql://';
  }
  const address = parseServerAddress(text);
  return 'fault' in address ? address.fault : undefined;
}

/** True when the connection goes to another machine without encryption, so that others can read and change it. */
export function isUnencrypted(url: string): boolean {
  if (dialectOfUrl(url) === 'sqlite') return false;
  const address = parseServerAddress(url);
  return !('fault' in address) && address.tls === 'disable' && !address.hosts.every(isOnThisMachine);
}
