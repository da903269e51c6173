import type { Socket } from 'node:net';
import type { DialectName } from './database.ts';
import { dialects } from './dialect.ts';

// The server ends a statement after this time, including the wait for a lock. It also ends an idle transaction (its process
// was stopped, or its connection is dead) and releases the locks.
const statementSeconds = 15;

// A connection that is silent for this long is closed. A dead connection would otherwise be waited for forever.
const silenceMs = 20_000;

type ServerDialect = Exclude<DialectName, 'sqlite'>;
type Answered = (error: unknown, ...rest: unknown[]) => void;

/** The parts of a pg or mysql2 connection that are used here. */
interface ServerConnection {
  /** The last argument is called with the answer. knex gives the values of mysql2 in between. */
  query(
    statement: string | { readonly text?: string },
    ...rest: [...values: unknown[], done: Answered]
  ): unknown;
  once(event: 'end' | 'error', listener: () => void): unknown;
  /** knex replaces a connection that has this mark before its next use. */
  __knex__disposed?: unknown;
  /** mysql2's socket. */
  readonly stream?: Socket;
  /** In pg the socket is one level deeper. */
  readonly connection?: { readonly stream: Socket };
}

type Done = (error: unknown, connection: ServerConnection) => void;

/**
 * The statements that set up every connection. PostgreSQL has none: behind a pooler such as PgBouncer, the next program on
 * the same connection would inherit them. Its settings are part of each transaction instead.
 */
const sessionRules: Readonly<Record<ServerDialect, readonly string[]>> = {
  postgres: [],
  mysql: [
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  ],
};

const sessionLimits: typeof sessionRules = {
  postgres: [],
  mysql: [
    // MySQL has no limit for idle transactions. The pool closes idle connections before this limit.
    `SET SESSION innodb_lock_wait_timeout = ${statementSeconds}, wait_timeout = ${statementSeconds}`,
  ],
};

/**
 * Sets up the connections of one pool, for its `afterCreate`.
 *
 * @param patient sets no time limit: a schema change can take minutes
 */
export function prepareServerConnection(
  dialect: ServerDialect,
  patient: boolean,
): (connection: ServerConnection, done: Done) => void {
  const open = new Set<ServerConnection>();
  return (connection, done) => {
    if (!patient) giveUpOnSilence(connection);
    setUpTransactions(connection, dialect, patient);
    replaceWhenReadOnly(connection, dialect, open);
    const remaining = [...sessionRules[dialect], ...(patient ? [] : sessionLimits[dialect])];
    const next = (error: unknown): void => {
      const statement = remaining.shift();
      if (error || statement === undefined) done(error, connection);
      else connection.query(statement, next);
    };
    next(null);
  };
}

// A 2xx means that the push is on the disk, so "off" is overridden. All other values keep that promise.
export const syncedCommit =
  "set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true)";

/** Limits each wait for a lock until the end of the transaction, on PostgreSQL. */
export const lockWaitLimit = `set_config('lock_timeout', '${statementSeconds}s', true)`;

/** The settings that each BEGIN carries, as SQL. Undefined: the session has them. */
const transactionSettings: Readonly<
  Record<ServerDialect, { readonly rules: string; readonly limits: string } | undefined>
> = {
  postgres: {
    rules: [
      "set_config('TimeZone', 'UTC', true)",
      `set_config('idle_in_transaction_session_timeout', '${statementSeconds}s', true)`,
      syncedCommit,
    ].join(', '),
    limits: `, set_config('statement_timeout', '${statementSeconds}s', true)`,
  },
  mysql: undefined,
};

/**
 * Adds the kit's settings to each BEGIN, in the same round trip. They end with the transaction, so they hold behind a pooler
 * that gives each transaction another connection.
 * Why: docs/decisions/transactions.md
 */
function setUpTransactions(connection: ServerConnection, dialect: ServerDialect, patient: boolean): void {
  const settings = transactionSettings[dialect];
  if (settings === undefined) return;
  const { rules, limits } = settings;
  const query = connection.query.bind(connection);
  connection.query = (statement, ...rest) => {
    const text = typeof statement === 'string' ? statement : (statement.text ?? '');
    if (!text.startsWith('BEGIN')) return query(statement, ...rest);
    const [, mode = ' ISOLATION LEVEL READ COMMITTED'] =
      /^BEGIN(?: TRANSACTION)?( [^;]+)?;?$/.exec(text) ?? [];
    return query(`BEGIN${mode}; SELECT ${rules}${patient ? '' : limits}`, ...rest);
  };
}

/**
 * After a failover, the old server keeps its connections and refuses writes. One such refusal replaces all connections of
 * the pool: the new ones reach the server to which the name leads now.
 */
function replaceWhenReadOnly(
  connection: ServerConnection,
  dialect: ServerDialect,
  open: Set<ServerConnection>,
): void {
  open.add(connection);
  for (const event of ['end', 'error'] as const) connection.once(event, () => open.delete(connection));
  const query = connection.query.bind(connection);
  connection.query = (statement, ...rest) => {
    const done = rest.at(-1);
    // A query that is read as a stream has no callback.
    if (typeof done !== 'function') return query(statement, ...rest);
    const values = rest.slice(0, -1);
    return query(statement, ...values, (error, ...answer) => {
      if (error && dialects[dialect].isReadOnly(error)) {
        for (const each of open) each.__knex__disposed = 'the server accepts no writes';
        open.clear();
      }
      (done as Answered)(error, ...answer);
    });
  };
}

function giveUpOnSilence({ stream, connection }: ServerConnection): void {
  const socket = connection?.stream ?? stream;
  socket?.setTimeout(silenceMs, () => {
    socket.destroy(Object.assign(new Error('The database did not answer in time'), { code: 'ETIMEDOUT' }));
  });
}
