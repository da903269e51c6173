import type { Knex } from 'knex';
import { dialects } from './dialect.ts';
import { parseServerAddress, type ServerAddress, type ServerHost } from './server-address.ts';
import { driverSettings } from './server-settings.ts';

/** Every host of an address was unreachable, or accepts no writes. */
export class NoHostToUse extends Error {
  override readonly name = 'NoHostToUse';
  readonly code = 'ECONNREFUSED';
}

/**
 * Makes knex choose the host for each new connection, because the writable one can change at any time. An address
 * with a single host stays unchanged, unless the host must be writable.
 */
export function chooseHostEachTime(knex: Knex, url: string): void {
  const address = parseServerAddress(url);
  if ('fault' in address || (address.hosts.length === 1 && !address.mustBeWritable)) return;
  // knex can ask for settings too, but then replaces every connection that it gives out.
  const client = knex.client as { connectionSettings: object; acquireRawConnection(): Promise<unknown> };
  const connect = client.acquireRawConnection.bind(client);
  client.acquireRawConnection = async () => {
    client.connectionSettings = driverSettings(address, await chooseHost(address));
    return connect();
  };
}

/**
 * The first host of an address to which a connection is possible, and which accepts writes when the address asks for it.
 *
 * @throws NoHostToUse with the fault of the last host as its cause
 */
async function chooseHost(address: ServerAddress): Promise<ServerHost> {
  let cause: unknown;
  const faults: string[] = [];
  for (const host of address.hosts) {
    try {
      const refusesWrites = await ask(address, host);
      if (!address.mustBeWritable || !refusesWrites) return host;
      faults.push(`${host.host} accepts no writes`);
    } catch (error) {
      cause = error;
      const { code, message } = error as NodeJS.ErrnoException;
      faults.push(`${host.host} cannot be reached (${code ?? message})`);
    }
  }
  throw new NoHostToUse(`No database server can be used: ${faults.join(', ')}`, { cause });
}

/** Connects to a host. True when it accepts no writes. */
function ask(address: ServerAddress, host: ServerHost): Promise<boolean> {
  const { refusesWrites = 'FALSE' } = dialects[address.dialect];
  return askOf[address.dialect](driverSettings(address, host), `SELECT ${refusesWrites} AS refuses`);
}

// A driver is loaded where it is used: on SQLite both together would take 10 MB.
const askOf: Readonly<Record<ServerAddress['dialect'], (settings: object, sql: string) => Promise<boolean>>> =
  {
    async postgres(settings, sql) {
      const { Client } = await import('pg');
      const client = new Client(settings);
      // Without a listener, a connection that breaks would end the process.
      client.on('error', () => undefined);
      try {
        await client.connect();
        const { rows } = await client.query<{ refuses: boolean }>(sql);
        return rows[0]?.refuses === true;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    async mysql(settings, sql) {
      const { createConnection } = await import('mysql2/promise');
      const connection = await createConnection(settings);
      try {
        const [rows] = await connection.query(sql);
        return (rows as { refuses: number }[])[0]?.refuses === 1;
      } finally {
        connection.destroy();
      }
    },
  };
