import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '#contract';
import { migrate } from '../../../src/database/migrate.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { reportingMigrations, reportingMigrationsTable } from '../../../src/reporting/migrations/index.ts';
import { engines, type FreshDatabase } from '../../../test/fixtures/engines.ts';
import { reportingRow, writeRows } from '../../../test/fixtures/reporting-rows.ts';
import { silentLog } from '../../../test/fixtures/running-worker.ts';
import { createSummary, type Summary } from '../summary.ts';

const times = { delayMs: 10_000, delayMaxMs: 60_000 };
const day = '2026-11-22';
const [sqlite] = engines;

describe('the timer of the daily summary', () => {
  let fresh: FreshDatabase;
  let database: Database;
  let summary: Summary;
  beforeEach(async () => {
    if (sqlite === undefined) throw new Error('There is no SQLite');
    fresh = await sqlite.fresh();
    database = openDatabase(fresh.url);
    await migrate(database, reportingMigrationsTable, reportingMigrations);
    await writeRows(database, [reportingRow('one', '2026-11-22T01:00:00Z')]);
    // Only these, so that the database still answers.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    summary = createSummary(database, { log: silentLog, clock: () => Date.UTC(2026, 10, 22) }, times);
  });
  afterEach(async () => {
    await summary.close();
    vi.useRealTimers();
    await database.close();
    await fresh.drop();
  });

  /** Asked on the one connection, so after a summary that has begun. */
  const calls = async (): Promise<number> => {
    const [row] = await database
      .knex('jet_daily_summary')
      .sum<{ calls: number | null }[]>({ calls: 'calls' });
    return row?.calls ?? 0;
  };
  const pass = async (ms: number): Promise<number> => {
    vi.advanceTimersByTime(ms);
    return calls();
  };

  it('the daily summary is written ten seconds after a change, and not before', async () => {
    summary.touch([day]);
    expect(await pass(9_999)).toBe(0);
    expect(await pass(1)).toBe(1);
  });

  it('the ten seconds before the daily summary begin again with each change', async () => {
    summary.touch([day]);
    vi.advanceTimersByTime(9_000);
    summary.touch([day]);
    expect(await pass(9_000)).toBe(0);
    expect(await pass(1_000)).toBe(1);
  });

  it('the daily summary waits at most a minute while changes come without a pause', async () => {
    summary.touch([day]);
    for (let second = 1; second < 60; second += 1) {
      vi.advanceTimersByTime(1_000);
      summary.touch([day]);
    }
    expect(await calls()).toBe(0);
    expect(await pass(1_000)).toBe(1);
  });

  it('the daily summary is not written after it is closed', async () => {
    summary.touch([day]);
    await summary.close();
    expect(await pass(60_000)).toBe(0);
  });
});
