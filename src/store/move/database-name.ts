import { existsSync, realpathSync } from 'node:fs';
import { databaseFile } from '../../database/open-database.ts';

/** The name of a database for people: its file, or its URL without password and parameters. */
export function showDatabase(url: string): string {
  const file = databaseFile(url);
  if (file !== undefined) return `sqlite:${file}`;
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`;
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

const usualPorts: Readonly<Record<string, string>> = { postgres: '5432', mysql: '3306' };

function placeOnServer(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url);
  const scheme = protocol
    .replace(/^postgresql:$/, 'postgres:')
    .replace(/^mariadb:$/, 'mysql:')
    .slice(0, -1);
  const host = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) ? 'this machine' : hostname;
  return `${scheme} ${host} ${port === '' ? (usualPorts[scheme] ?? '') : port} ${decodeURIComponent(pathname)}`;
}
