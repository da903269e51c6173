import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ConnectionOptions } from 'node:tls';
import type pg from 'pg';
import type { ServerAddress, ServerHost } from './server-address.ts';
import { StoreUnusable } from './store-unusable.ts';

/**
 * The settings with which the driver connects to one host of an address. They come from the parsed address alone: the
 * drivers' own reading of URLs ignores options that they do not know.
 *
 * @throws StoreUnusable when a certificate file cannot be read
 */
export function driverSettings(address: ServerAddress, host: ServerHost): object {
  return settingsOf[address.dialect](address, host, host.host.startsWith('/'));
}

const settingsOf: Readonly<
  Record<ServerAddress['dialect'], (address: ServerAddress, host: ServerHost, isSocket: boolean) => object>
> = {
  postgres: (address, { host, port }, isSocket) => ({
    ...{ host, port, user: address.user, password: address.password, database: address.database },
    // PostgreSQL does not encrypt a socket.
    ssl: isSocket ? false : (tlsOptions(address) ?? false),
    connectionTimeoutMillis: address.connectTimeoutMs,
    application_name: 'jet-receiver',
    // By default bigint (20) is read as text. The kit's values are epoch milliseconds and counts.
    types: { getTypeParser: postgresTypeParser },
  }),
  mysql: (address, { host, port }, isSocket) => {
    const tls = isSocket ? undefined : tlsOptions(address);
    return {
      ...(isSocket ? { socketPath: host } : { host, port }),
      ...{ user: address.user, password: address.password, database: address.database },
      ...(tls !== undefined && { ssl: { ...tls, verifyIdentity: address.tls === 'verify-full' } }),
      connectTimeout: address.connectTimeoutMs,
      timezone: 'Z',
      charset: 'utf8mb4',
      supportBigNumbers: true,
    };
  },
};

function tlsOptions({ tls, tlsFiles: { ca, cert, key } }: ServerAddress): ConnectionOptions | undefined {
  if (tls === 'disable') return undefined;
  return {
    rejectUnauthorized: tls === 'verify-ca' || tls === 'verify-full',
    ...(ca !== undefined && { ca: readPem('sslrootcert', ca) }),
    ...(cert !== undefined && { cert: readPem('sslcert', cert) }),
    ...(key !== undefined && { key: readPem('sslkey', key) }),
    ...(tls === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
}

function readPem(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new StoreUnusable(
      `The file ${path} cannot be read, which ${option} of the database URL names (${code}).`,
      'Correct the path, or give the user that runs the receiver permission to read the file.',
      { cause: error },
    );
  }
}

const bigintOid = 20;
const require = createRequire(import.meta.url);
let types: typeof pg.types | undefined;

function postgresTypeParser(oid: number, format?: string): (text: string) => unknown {
  if (oid === bigintOid) return Number;
  // The driver is loaded by now. An import would load it on SQLite too.
  types ??= (require('pg') as typeof pg).types;
  const getTypeParser = types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown;
  return getTypeParser(oid, format);
}
