import type { Socket } from 'node:net';
import type { DialectName } from './database.ts';

// A statement may wait so long, for a lock too, before the server ends it; a transaction that nobody goes on with
// (its process was stopped, its line is dead) is ended likewise, and gives its locks back.
const statementSeconds = 15;

// A server that says nothing for so long is given up: behind a dead line it would be waited for for ever.
const silenceMs = 20_000;

/** A connection of the drivers pg and mysql2, as far as it is made ready here. */
interface ServerConnection {
  query(sql: string, done: (error: unknown) => void): void;
  /** mysql2's socket. */
  readonly stream?: Socket;
  /** pg's holds it a level deeper. */
  readonly connection?: { readonly stream: Socket };
}

type Done = (error: unknown, connection: ServerConnection) => void;

/** What holds on each connection. */
const rules: Readonly<Record<Exclude<DialectName, 'sqlite'>, readonly string[]>> = {
  postgres: [
    "SET TIME ZONE 'UTC'",
    'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED',
    `SET idle_in_transaction_session_timeout = '${statementSeconds}s'`,
    // A 2xx says that the push is on the disk. All but off see to that; which standbys are waited for is the operator's.
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
  ],
  mysql: [
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  ],
};

const limits: typeof rules = {
  postgres: [`SET statement_timeout = '${statementSeconds}s'`],
  mysql: [
    // MySQL has no limit of its own for a transaction that stands still; idle connections of ours end before.
    `SET SESSION innodb_lock_wait_timeout = ${statementSeconds}, wait_timeout = ${statementSeconds}`,
  ],
};

/**
 * Readies a fresh connection to a server; for the pool's `afterCreate`.
 *
 * @param patient leaves statements as long as they take: a change of the schema may need minutes
 */
export function prepareServerConnection(
  dialect: Exclude<DialectName, 'sqlite'>,
  patient: boolean,
): (connection: ServerConnection, done: Done) => void {
  return (connection, done) => {
    if (!patient) giveUpOnSilence(connection);
    const remaining = [...rules[dialect], ...(patient ? [] : limits[dialect])];
    const next = (error: unknown): void => {
      const statement = remaining.shift();
      if (error || statement === undefined) done(error, connection);
      else connection.query(statement, next);
    };
    next(null);
  };
}

function giveUpOnSilence({ stream, connection }: ServerConnection): void {
  const socket = connection?.stream ?? stream;
  socket?.setTimeout(silenceMs, () => {
    socket.destroy(Object.assign(new Error('The database did not answer in time'), { code: 'ETIMEDOUT' }));
  });
}
