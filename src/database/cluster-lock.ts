import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Database } from './database.ts';
import { dialects } from './dialect.ts';
import { inTransaction } from './transaction.ts';

const table = 'jet_cluster_locks';

// A holder that died is replaced after this time. The holder renews the lock several times meanwhile.
const leaseSeconds = 15;
const renewMs = 3_000;
const pauseMs = 500;

/** True for a node of a Galera cluster, where several servers hold one database. */
export async function isClustered({ knex, dialect }: Database): Promise<boolean> {
  const { clusterSetting } = dialects[dialect];
  if (clusterSetting === undefined) return false;
  const [rows] = await knex.raw<[{ Value: string }[]?]>(`SHOW VARIABLES LIKE '${clusterSetting}'`);
  return rows?.[0]?.Value === 'ON';
}

/**
 * Runs work while no other process of the cluster runs it. GET_LOCK and row locks are local to one node, but a committed
 * change is not: of two nodes that change one row at once, only one commits.
 *
 * @throws Error when another process holds the lock for longer than `waitMs`
 */
export async function underClusterLock(
  database: Database,
  name: string,
  waitMs: number,
  work: () => Promise<void>,
): Promise<void> {
  const holder = randomUUID();
  await database.knex.raw(
    `CREATE TABLE IF NOT EXISTS ${table} (name VARCHAR(100) PRIMARY KEY, holder VARCHAR(64), held_until DATETIME(3)) ENGINE=InnoDB`,
  );
  await take(database, name, holder, waitMs);
  const renewal = setInterval(() => {
    // A renewal that fails is tried again. The lease is several renewals long.
    inTransaction(database, (transaction) => changeLock(transaction, name, holder, leaseSeconds)).catch(
      () => undefined,
    );
  }, renewMs);
  try {
    await work();
  } finally {
    clearInterval(renewal);
    await inTransaction(database, (transaction) => changeLock(transaction, name, holder, 0));
  }
}

async function take(database: Database, name: string, holder: string, waitMs: number): Promise<void> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    const isTaken = await inTransaction(database, async (transaction) => {
      await transaction.raw(`INSERT IGNORE INTO ${table} (name) VALUES (?)`, [name]);
      return (await changeLock(transaction, name, holder, leaseSeconds)) === 1;
    });
    if (isTaken) return;
    if (performance.now() > endMs)
      throw new Error(
        'The schema was not changed, because another process of the cluster has been changing it for more than a minute. Wait for that process, then start again.',
      );
    await sleep(pauseMs);
  }
}

/** Takes, renews or ends (0 seconds) the lock. Returns 1 when this holder has it now. */
async function changeLock(
  transaction: Knex.Transaction,
  name: string,
  holder: string,
  seconds: number,
): Promise<number> {
  const [answer] = await transaction.raw<[{ affectedRows: number }?]>(
    `UPDATE ${table} SET holder = ?, held_until = NOW(3) + INTERVAL ? SECOND
     WHERE name = ? AND (holder = ? OR held_until IS NULL OR held_until < NOW(3))`,
    [holder, seconds, name, holder],
  );
  return answer?.affectedRows ?? 0;
}
