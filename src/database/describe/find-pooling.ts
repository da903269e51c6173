import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Database, DialectName } from '../database.ts';
import type { DatabaseFact } from './question.ts';

/** What is known about a pooler, such as PgBouncer, between a connection and its server. */
type Pooling = 'none' | 'session' | 'transaction' | 'statement';

const sessionWithinMs = 2_000;

/** Says which pooler is in front of the server, as far as a user without special rights can know. */
export async function findPooling({ knex, dialect }: Database): Promise<DatabaseFact[]> {
  const pooling = await askers[dialect]?.(knex).catch(() => undefined);
  return pooling === undefined ? [] : [facts[pooling]];
}

const facts: Readonly<Record<Pooling, DatabaseFact>> = {
  none: { message: 'The connection goes to the server without a pooler.' },
  session: {
    message:
      'A pooler in session mode is in front of the server. Each process of the receiver needs up to 10 of its sessions.',
  },
  transaction: { message: 'A pooler in transaction mode is in front of the server.' },
  statement: {
    message: 'A pooler in statement mode is in front of the server. It forbids transactions.',
    remedy: 'Set pool_mode = transaction in the pooler.',
  },
};

const askers: Readonly<Record<DialectName, ((knex: Knex) => Promise<Pooling>) | undefined>> = {
  sqlite: undefined,
  postgres: askPostgres,
  mysql: undefined,
};

/** True for the fault by which PgBouncer refuses a transaction in statement mode. */
export function isStatementPooling(error: unknown): boolean {
  return /statement pooling mode/i.test((error as Error).message);
}

/** The parts of a pg connection that are used here. */
interface Connection {
  /** The process id that the server named when the connection began. A pooler names its own. */
  readonly processID: number | null;
  query(sql: string): Promise<{ rows: { pid: number }[] }>;
  end(): Promise<void>;
  __knex__disposed?: unknown;
}

/**
 * Two connections are in a transaction at once, so each has a session of its own. Afterwards a pooler in transaction mode gives
 * the first connection the session that was free last: the other one's.
 */
async function askPostgres(knex: Knex): Promise<Pooling> {
  const pool = knex.client as {
    acquireConnection(): Promise<Connection>;
    releaseConnection(connection: Connection): Promise<void>;
  };
  const one = await pool.acquireConnection();
  const two = await pool.acquireConnection();
  try {
    const first = await begin(one);
    const other = begin(two);
    other.catch(() => undefined);
    const hadOwn = await isDone(other);
    await one.query('COMMIT');
    // In session mode, the second connection gets no session while the first connection stays open.
    if (!hadOwn && !(await isDone(other))) {
      two.__knex__disposed = 'it waits for a session of the pooler';
      return 'session';
    }
    await other;
    await two.query('COMMIT');
    if (!hadOwn) return 'transaction';
    const again = await begin(one);
    await one.query('COMMIT');
    if (again !== first) return 'transaction';
    return first === one.processID ? 'none' : 'session';
  } catch (error) {
    if (isStatementPooling(error)) return 'statement';
    throw error;
  } finally {
    await pool.releaseConnection(one);
    await pool.releaseConnection(two);
  }
}

async function begin(connection: Connection): Promise<number | undefined> {
  await connection.query('BEGIN');
  const { rows } = await connection.query('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}

async function isDone(work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), sleep(sessionWithinMs, false, { ref: false })]);
}
