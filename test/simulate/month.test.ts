import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { inventMonth } from '../../src/simulate/month/month-calls.ts';
import { landMonth } from '../../src/simulate/month/land-month.ts';
import { readMonthOptions } from '../../src/simulate/month/month-options.ts';
import { readView } from '../reporting/views/read-view.ts';

const request = {
  ...{ seed: 7, days: 30, callsADay: 60, nowMs: Date.UTC(2026, 10, 29, 9, 0) },
  timeZone: 'Australia/Sydney',
};

describe('a simulated month', () => {
  let folder: string;
  let database: Database;
  const printed: string[] = [];
  const output = {
    print: (line: string) => void printed.push(line),
    progress: () => ({ update: () => undefined, stop: () => undefined }),
  };
  let options: Parameters<typeof landMonth>[0];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jet-test-'));
    const reportingUrl = `sqlite:${join(folder, 'month.sqlite')}`;
    options = { ...request, reportingUrl, defaultCountry: 'AU', signal: new AbortController().signal };
    expect(await landMonth(options, output)).toBe(0);
    database = openDatabase(reportingUrl);
  });

  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  it('a simulated month is the same for the same seed', () => {
    const small = { ...request, days: 2 };
    expect([...inventMonth(small)]).toEqual([...inventMonth(small)]);
  });

  it('a simulated month has calls on each of 30 days, and fewer on weekends', async () => {
    const days = await readView(database, 'jet_daily', ['local_date', 'offered']);
    expect(days).toHaveLength(30);
    const isWeekend = (date: unknown): boolean => [0, 6].includes(new Date(String(date)).getUTCDay());
    const mean = (weekend: boolean): number => {
      const chosen = days.filter((day) => isWeekend(day['local_date']) === weekend);
      return chosen.reduce((sum, day) => sum + Number(day['offered']), 0) / chosen.length;
    };
    expect(mean(true)).toBeLessThan(mean(false) / 2);
  });

  it('a simulated month measures an answer time for most answered calls, and none is before the ring', async () => {
    const calls = await readView(database, 'jet_inbound', ['outcome', 'wait_seconds', 'answer_seconds']);
    const answered = calls.filter((call) => call['outcome'] === 'answered');
    const measured = answered.filter((call) => call['answer_seconds'] !== null);
    expect(measured.length / answered.length).toBeGreaterThan(0.9);
    for (const call of measured.filter((each) => each['wait_seconds'] !== null))
      expect(Number(call['answer_seconds'])).toBeGreaterThanOrEqual(Number(call['wait_seconds']));
  });

  it('a simulated month has missed calls of every follow-up', async () => {
    const calls = await readView(database, 'jet_missed_calls', ['call_id', 'follow_up']);
    const found = new Set(calls.map((call) => call['follow_up']));
    expect([...found].sort()).toEqual(['cannot_follow', 'handled', 'not_returned', 'waiting']);
  });

  it('a simulated month receives each call after it started, and within a second after it ended', async () => {
    const rows = await database
      .knex('jet_calls')
      .whereRaw(
        'last_received_at_utc < started_at_utc OR julianday(last_received_at_utc) - julianday(ended_at_utc) > 1.0 / 86400',
      );
    expect(rows).toEqual([]);
  });

  it('a simulated month shows a campaign and two days of broken tracking', async () => {
    const sources = await readView(database, 'jet_sources', ['campaign', 'calls']);
    expect(sources.some((row) => row['campaign'] === 'Hot water 2-for-1')).toBe(true);
    const health = await readView(database, 'jet_attribution_health', ['local_date', 'with_session']);
    const sessions = new Map<unknown, number>();
    for (const row of health)
      sessions.set(row['local_date'], (sessions.get(row['local_date']) ?? 0) + Number(row['with_session']));
    expect([...sessions.values()].filter((count) => count === 0)).toHaveLength(2);
  });

  it('a simulated month refuses a database that has calls', async () => {
    printed.length = 0;
    expect(await landMonth(options, output)).toBe(1);
    expect(printed.join()).toContain('invented calls must not mix with them');
  });
});

describe('the options of a simulated month', () => {
  it('the options of a simulated month are read only when the command asks for days', () => {
    expect(readMonthOptions(['--calls', '5'], {})).toBeUndefined();
    expect(readMonthOptions(['--days', '3', '--seed', '1'], {})).toMatchObject({
      days: 3,
      seed: 1,
      callsADay: 120,
    });
  });
});
