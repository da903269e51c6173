import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Database } from '../../../src/database/database.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { staleDays, summariseDay } from '../../../src/reporting/daily-summary.ts';
import { reportingMigrations, reportingMigrationsTable } from '../../../src/reporting/migrations/index.ts';
import { reportViews } from '../../../src/reporting/views/report-views.ts';
import { utcText } from '../../../src/domain/local-time.ts';
import { engines, type FreshDatabase } from '../../fixtures/engines.ts';
import { reportingRow, writeRows, type ReportingRow } from '../../fixtures/reporting-rows.ts';
import { readView, type ViewRow } from './read-view.ts';

const outcomes = [
  'answered',
  'caller_abandon',
  'short_abandon',
  'system_abandon',
  'missed',
  'busy',
  'failed',
];
const statuses = ['answered', 'abandoned', 'missed', 'busy', 'failed', 'unknown', 'in_progress'] as const;
const someOf = <Item>(...items: readonly Item[]) => fc.constantFrom(null, ...items);
const startMs = Date.UTC(2026, 2, 25);

/** Any call around the end of daylight saving and the turn of a month. */
const anyCall = fc
  .record({
    direction: fc.constantFrom('inbound', 'inbound', 'inbound', 'outbound'),
    status: fc.constantFrom(...statuses),
    startedAtMs: fc.integer({ min: 0, max: 15 * 86_400 }).map((seconds) => startMs + seconds * 1000),
    answeredAfterMs: fc.option(fc.integer({ min: -5_000, max: 90_500 }), { nil: undefined }),
    queuedAfterMs: fc.option(fc.integer({ min: 0, max: 9_000 }), { nil: undefined }),
    counterpart: someOf('+61400000001', '+61400000002', '+61400000003', '+61400000004', '+61400000005'),
    fields: fc.record({
      dial_status: someOf('UNAVAILABLE', 'NOANSWER', 'BUSY'),
      service_name: someOf('Sales', 'sales', 'Support'),
      service_group: someOf('A', 'B'),
      number_type: someOf('DIGITAL_ON_PAGE', 'Other'),
      queue_name: someOf('Help', 'Front'),
      duration_seconds: fc.option(fc.integer({ min: 0, max: 900 })),
      wait_seconds: fc.option(fc.integer({ min: 0, max: 60 })),
      queue_seconds: fc.option(fc.integer({ min: 0, max: 60 })),
      extension_number: someOf('201', '202'),
      calling_extension: someOf('201', '203'),
      source: someOf('google', 'bing'),
      medium: someOf('cpc'),
      campaign: someOf('Winter', 'winter'),
      channel: someOf('PAID', 'paid'),
      gclid: someOf('c1', 'c2', 'C2', 'c3'),
      session_id: someOf('s'),
      started_at_estimated: fc.boolean(),
    }),
  })
  .map(({ startedAtMs, answeredAfterMs, queuedAfterMs, counterpart, fields, ...rest }): ReportingRow => ({
    ...rest,
    ...fields,
    counterpart_e164: counterpart,
    started_at_utc: utcText(startedAtMs),
    answer_received_at_utc: answeredAfterMs === undefined ? null : utcText(startedAtMs + answeredAfterMs),
    queued_time_utc: queuedAfterMs === undefined ? null : utcText(startedAtMs + queuedAfterMs),
  }));

const calls = fc
  .sample(anyCall, { numRuns: 300, seed: 29 })
  .map((row, index) => reportingRow(`any-${index}`, `${String(row.started_at_utc).replace(' ', 'T')}Z`, row));

const isCounted = ({ direction, status }: ReportingRow): boolean =>
  direction === 'inbound' && status !== 'unknown' && status !== 'in_progress';
const offered = calls.filter(isCounted).length;
const total = (rows: readonly ViewRow[], name: string): number =>
  rows.reduce((sum, row) => sum + Number(row[name]), 0);

describe('the views of 300 random calls', () => {
  const opened: { title: string; fresh: FreshDatabase; database: Database }[] = [];
  /** The rows of each view, by database. */
  const seen = new Map<string, Map<string, ViewRow[]>>();

  beforeAll(async () => {
    for (const engine of engines.filter(({ given }) => given)) {
      const fresh = await engine.fresh();
      const database = openDatabase(fresh.url);
      opened.push({ title: engine.title, fresh, database });
      await migrate(database, reportingMigrationsTable, reportingMigrations);
      await writeRows(database, calls);
      const rows = new Map<string, ViewRow[]>();
      for (const { name } of reportViews) rows.set(name, await readView(database, name));
      seen.set(engine.title, rows);
    }
  });

  afterAll(async () => {
    for (const { fresh, database } of opened) {
      await database.close();
      await fresh.drop();
    }
  });

  it.each(reportViews.map(({ name }) => name))('the view %s is the same on every database', (name) => {
    const [first, ...others] = [...seen.values()].map((rows) => rounded(rows.get(name) ?? []));
    expect(first?.length).toBeGreaterThan(0);
    for (const other of others) expect(other).toEqual(first);
  });

  for (const engine of engines) {
    describe.skipIf(!engine.given)(`on ${engine.title}`, () => {
      const view = (name: string): ViewRow[] => seen.get(engine.title)?.get(name) ?? [];

      it.each(['jet_daily', 'jet_hourly', 'jet_weekly', 'jet_service_daily'])(
        'the outcomes of each row of %s add up to offered, and its rows to all calls',
        (name) => {
          for (const row of view(name))
            expect(outcomes.reduce((sum, outcome) => sum + Number(row[outcome]), 0)).toBe(row['offered']);
          expect(total(view(name), 'offered')).toBe(offered);
        },
      );

      it.each(outcomes)('days, hours, weeks and services agree on %s', (outcome) => {
        const byDay = total(view('jet_daily'), outcome);
        for (const name of ['jet_hourly', 'jet_weekly', 'jet_service_daily'])
          expect(total(view(name), outcome)).toBe(byDay);
        expect(view('jet_inbound').filter((row) => row['outcome'] === outcome)).toHaveLength(byDay);
      });

      it('services, queues, sources and callers add up to all calls', () => {
        expect(total(view('jet_service_level'), 'offered')).toBe(offered);
        expect(total(view('jet_sources'), 'calls')).toBe(offered);
        expect(view('jet_caller_history')).toHaveLength(offered);
      });

      it('missed calls are those that were not answered, and each has one follow-up', () => {
        const missed = view('jet_missed_calls');
        expect(missed).toHaveLength(offered - total(view('jet_daily'), 'answered'));
        expect(new Set(missed.map((row) => row['call_id'])).size).toBe(missed.length);
        for (const row of missed)
          expect(['handled', 'waiting', 'not_returned', 'cannot_follow']).toContain(row['follow_up']);
      });

      it('no more calls are answered in time than are answered', () => {
        for (const row of view('jet_service_level'))
          for (const name of [
            'rang_in_time_total',
            'rang_in_time_queue',
            'answered_in_time_total',
            'answered_in_time_queue',
            'answered_unmeasured',
          ])
            expect(Number(row[name])).toBeLessThanOrEqual(Number(row['answered']));
      });

      it('the first calls of callers are as many in the sources as in the history', () => {
        const first = view('jet_caller_history').filter((row) => row['caller'] === 'first_time');
        expect(total(view('jet_sources'), 'first_time_callers')).toBe(first.length);
      });

      it('the days are without a gap', () => {
        const days = view('jet_daily').map((row) => Date.parse(String(row['local_date'])));
        expect(days.length).toBeGreaterThan(14);
        days.slice(1).forEach((day, index) => expect(day - (days[index] ?? 0)).toBe(86_400_000));
      });

      it('the summary adds up to the days', async () => {
        const { database } = opened.find(({ title }) => title === engine.title) ?? {};
        if (database === undefined) throw new Error('The database is not open');
        for (const day of await staleDays(database)) await summariseDay(database, day);
        const [row] = await database
          .knex('jet_daily_summary')
          .sum<{ calls: number | string }[]>({ calls: 'calls' });
        expect(Number(row?.calls)).toBe(offered);
      });
    });
  }
});

/** Shares differ in their last digits. */
function rounded(rows: readonly ViewRow[]): ViewRow[] {
  return rows.map((row) =>
    'cumulative_share' in row
      ? { ...row, cumulative_share: Number(Number(row['cumulative_share']).toFixed(9)) }
      : row,
  );
}
