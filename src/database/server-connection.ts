import type { Socket } from 'node:net';
import type { DialectName } from './database.ts';

// The server ends a statement after this time, including the wait for a lock. It also ends an idle transaction (its process
// was stopped, or its connection is dead) and releases the locks.
const statementSeconds = 15;

// A connection that is silent for this long is closed. A dead connection would otherwise be waited for forever.
const silenceMs = 20_000;

/** The parts of a pg or mysql2 connection that are used here. */
interface ServerConnection {
  query(sql: string, done: (error: unknown) => void): void;
  /** mysql2's socket. */
  readonly stream?: Socket;
  /** In pg the socket is one level deeper. */
  readonly connection?: { readonly stream: Socket };
}

type Done = (error: unknown, connection: ServerConnection) => void;

/** The statements that set up every connection. */
const rules: Readonly<Record<Exclude<DialectName, 'sqlite'>, readonly string[]>> = {
  postgres: [
    "SET TIME ZONE 'UTC'",
    'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED',
    `SET idle_in_transaction_session_timeout = '${statementSeconds}s'`,
    // A 2xx means that the push is on the disk, so "off" is overridden. All other values keep that promise.
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
    // MySQL has no limit for idle transactions. The pool closes idle connections before this limit.
    `SET SESSION innodb_lock_wait_timeout = ${statementSeconds}, wait_timeout = ${statementSeconds}`,
  ],
};

/**
 * Sets up a new connection to a server, for the pool's `afterCreate`.
 *
 * @param patient sets no time limit: a schema change can take minutes
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
