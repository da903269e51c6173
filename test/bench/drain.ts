import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import knexFactory, { type Knex } from 'knex';
import { sql } from '../../adapters/sql/index.ts';
import { reportingMigrations } from '../../src/reporting/migrations/index.ts';
import { reportingTable } from '../../src/reporting/reporting-column.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { loadBacklog } from './load-backlog.ts';
import type { BenchOptions } from './options.ts';
import { atLeast, type Section } from './section.ts';
import { sqlitePlace, startKit, type KitPlace } from './servers.ts';

const rowsInPage = 10_000;
const pollMs = 100;

/** Lands a backlog in the reporting table, and compares it with a plain loop of inserts of the same rows. */
export async function measureDrain(
  folder: string,
  { calls }: BenchOptions,
  progress: (line: string) => void,
): Promise<Section> {
  const place = sqlitePlace(join(folder, 'drain'));
  progress(`loading a backlog of ${calls} calls`);
  await loadBacklog(place.storeUrl, calls);
  progress('landing it');
  const landed = await land(place);
  progress(`landed at ${Math.round(landed)} calls/s; inserting the same rows`);
  const inserted = await insertPlainly(place.reportingUrl, join(folder, 'plain.sqlite'), calls);
  return {
    title: `Landing a backlog of ${calls} calls in the reporting table, on SQLite`,
    lines: [
      `${Math.round(landed)} calls/s, compared with ${Math.round(inserted)} rows/s for a plain loop that inserts ${sql.capabilities.batchSizeMax} rows at a time`,
    ],
    checks: [atLeast('must', landed / inserted, 0.5, 'times the plain loop')],
  };
}

/** Calls a second, from the first batch seen landed until nothing is due. */
async function land({ folder, storeUrl, reportingUrl }: KitPlace): Promise<number> {
  const store = openDatabase(storeUrl, 'read');
  const countDue = async (): Promise<number> => {
    const [row] = await store
      .knex('deliveries')
      .where({ destination: sql.name })
      .whereNotNull('due_at')
      .count<{ due: number }[]>({ due: '*' });
    return row?.due ?? 0;
  };
  const all = await countDue();
  const worker = await startKit({ folder, storeUrl, reportingUrl }, 'deliver');
  try {
    let due = await countDue();
    while (due === all) {
      await sleep(pollMs);
      due = await countDue();
    }
    const first = due;
    const startedMs = performance.now();
    while (due > 0) {
      await sleep(pollMs);
      due = await countDue();
    }
    return first / ((performance.now() - startedMs) / 1000);
  } finally {
    await worker.stop();
    await store.close();
  }
}

/** Rows a second into an identical table. The time to read them is not counted. */
async function insertPlainly(fromUrl: string, file: string, count: number): Promise<number> {
  const made = openDatabase(`sqlite:${file}`);
  await migrate(made, 'jet_reporting_migrations', reportingMigrations);
  await made.close();
  const from = openDatabase(fromUrl, 'read');
  const to = openPlainly(file);
  let elapsedMs = 0;
  let rows = 0;
  try {
    await to.raw('PRAGMA journal_mode = WAL');
    await to.raw('PRAGMA synchronous = FULL');
    for (let offset = 0; offset < count; offset += rowsInPage) {
      const page = await from
        .knex(reportingTable)
        .select<Record<string, unknown>[]>('*')
        .orderBy('rowid')
        .limit(rowsInPage)
        .offset(offset);
      const startedMs = performance.now();
      for (let at = 0; at < page.length; at += sql.capabilities.batchSizeMax) {
        await to(reportingTable).insert(page.slice(at, at + sql.capabilities.batchSizeMax));
      }
      elapsedMs += performance.now() - startedMs;
      rows += page.length;
    }
  } finally {
    await from.close();
    await to.destroy();
  }
  if (rows !== count) throw new Error(`Only ${rows} of ${count} calls landed.`);
  return rows / (elapsedMs / 1000);
}

function openPlainly(file: string): Knex {
  return knexFactory({ client: 'sqlite3', connection: { filename: file }, useNullAsDefault: true });
}
