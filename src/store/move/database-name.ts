import { existsSync, realpathSync } from 'node:fs';
import { databaseFile } from '../../database/open-database.ts';
import { isOnThisMachine, parseServerAddress, usualPorts } from '../../database/server-address.ts';

/** The name of a database for people: its file, or its URL without password and parameters. */
export function showDatabase(url: string): string {
  const file = databaseFile(url);
  if (file !== undefined) return `sqlite:${file}`;
  const address = parseServerAddress(url);
  if ('fault' in address) return 'a database server';
  const { dialect, user, hosts, database = '' } = address;
  const places = hosts.map(({ host, port }) =>
    host.startsWith('/') ? host : `${host}${port === usualPorts[dialect] ? '' : `:${port}`}`,
  );
  return `${dialect}://${user === undefined ? '' : `${user}@`}${places.join(',')}/${database}`;
}

/** True when two URLs name the same database, as far as the URLs show it. */
export function isSameDatabase(a: string, b: string): boolean {
  const [fileA, fileB] = [a, b].map(databaseFile);
  if (fileA === undefined || fileB === undefined)
    return fileA === fileB && placeOnServer(a) === placeOnServer(b);
  return realPath(fileA) === realPath(fileB);
}

function realPath(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

/** The hosts and the database. Every name of this machine counts as the same. */
function placeOnServer(url: string): string {
  const address = parseServerAddress(url);
  if ('fault' in address) return url;
  const places = address.hosts.map((host) =>
    host.host.startsWith('/')
      ? host.host
      : `${isOnThisMachine(host) ? 'this machine' : host.host} ${host.port}`,
  );
  return `${address.dialect} ${places.join(',')} ${address.database ?? ''}`;
}
