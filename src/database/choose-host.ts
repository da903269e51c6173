import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { dialects } from './dialect.ts';
import type { ServerAddress, ServerHost } from './server-address.ts';
import { driverSettings } from './server-settings.ts';

/** Every host of an address was unreachable, or accepts no writes. */
export class NoHostToUse extends Error {
  override readonly name = 'NoHostToUse';
  readonly code = 'ECONNREFUSED';
}

/**
 * The first host of an address to which a connection is possible, and which accepts writes when the address asks for it.
 *
 * @throws NoHostToUse with the fault of the last host as its cause
 */
export async function chooseHost(address: ServerAddress): Promise<ServerHost> {
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

const askOf: Readonly<Record<ServerAddress['dialect'], (settings: object, sql: string) => Promise<boolean>>> =
  {
    async postgres(settings, sql) {
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
      const connection = await createConnection(settings);
      try {
        const [rows] = await connection.query(sql);
        return (rows as { refuses: number }[])[0]?.refuses === 1;
      } finally {
        connection.destroy();
      }
    },
  };
