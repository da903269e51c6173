import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportingMigrations } from '../../src/reporting/migrations/index.ts';
import type { Database, DialectName } from '../../src/database/database.ts';
import { utcText } from '../../src/domain/local-time.ts';
import { reportingColumns } from '../../src/reporting/reporting-columns.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { ask } from '../fixtures/ask.ts';
import { engines, type FreshDatabase } from '../fixtures/engines.ts';
import { reportingRow, writeRows, type ReportingRow } from '../fixtures/reporting-rows.ts';
import { sqlBlocks } from '../fixtures/sql-blocks.ts';

const alice = '+61412345678';
const bob = '+61487654321';
const carol = '+61298765432';
const dave = '+61733331111';
const erin = '+61355550000';

const sales = { service_name: 'Sales', queue_name: 'Front' };
const support = { service_name: 'Support', queue_name: 'Help' };
const winter = { source: 'google', medium: 'cpc', campaign: 'Winter' };
const hoursAgo = (hours: number): string => utcText(Date.now() - hours * 3_600_000);

/** July 2026 in Sydney, ten hours before UTC; 6 July is a Monday. */
const rows: readonly ReportingRow[] = [
  // Monday 09:15 in Sydney is still Sunday in UTC.
  reportingRow('a', '2026-07-06T09:15:00+10:00', {
    ...{ ...sales, ...winter, counterpart_e164: alice, gclid: 'click-1' },
    ...{ wait_seconds: 10, queue_seconds: 8, duration_seconds: 120 },
  }),
  // Bob tries twice, and nobody calls him back.
  reportingRow('b1', '2026-07-06T10:05:00+10:00', {
    ...{ ...sales, ...winter, counterpart_e164: bob, status: 'missed', gclid: 'click-2' },
    ...{ wait_seconds: 20, queue_seconds: 31 },
  }),
  reportingRow('b2', '2026-07-06T10:40:00+10:00', {
    ...{ ...sales, ...winter, counterpart_e164: bob, status: 'abandoned' },
  }),
  // Carol hangs up in the queue and is called back the same day. It does not matter that nobody answered that call.
  reportingRow('c', '2026-07-07T09:30:00+10:00', {
    ...{ ...support, counterpart_e164: carol, status: 'abandoned' },
  }),
  reportingRow('c-back', '2026-07-07T11:00:00+10:00', {
    ...{ direction: 'outbound', status: 'missed', counterpart_e164: carol, calling_extension: '201' },
    ...{ duration_seconds: 25 },
  }),
  // Dave is called before he calls, so nobody has returned his call.
  reportingRow('d-out', '2026-07-08T14:00:00+10:00', {
    ...{ direction: 'outbound', counterpart_e164: dave, calling_extension: '201', duration_seconds: 90 },
  }),
  reportingRow('d', '2026-07-08T15:00:00+10:00', {
    ...{ ...support, counterpart_e164: dave, status: 'busy', wait_seconds: 5, queue_seconds: 60 },
  }),
  reportingRow('a-out', '2026-07-08T16:00:00+10:00', {
    ...{ direction: 'outbound', counterpart_e164: alice, calling_extension: '202', duration_seconds: 30 },
  }),
  // A hidden number cannot be called back.
  reportingRow('hidden', '2026-07-09T09:10:00+10:00', { ...sales, status: 'missed', withheld: true }),
  // Erin gets through when she tries again.
  reportingRow('e1', '2026-07-09T12:00:00+10:00', { ...support, counterpart_e164: erin, status: 'missed' }),
  reportingRow('e2', '2026-07-09T12:30:00+10:00', {
    ...{ ...support, counterpart_e164: erin, gclid: 'click-3', source: 'google', medium: 'cpc' },
    ...{ wait_seconds: 12, queue_seconds: 30, started_at_estimated: true },
  }),
  // Two calls are open: one for an hour, which is normal, and one whose end is overdue.
  reportingRow('open', '2026-07-10T09:00:00+10:00', {
    ...{ ...sales, queue_name: null, counterpart_e164: alice, status: 'in_progress', stage: 'call_start' },
    ...{ last_received_at_utc: hoursAgo(3.9), updated_at_utc: '2026-07-30 22:14:59.999' },
  }),
  reportingRow('no-end', '2026-07-10T09:05:00+10:00', {
    ...{ ...sales, queue_name: null, counterpart_e164: alice, status: 'in_progress', stage: 'call_answered' },
    ...{ last_received_at_utc: hoursAgo(4.1) },
  }),
  reportingRow('strange', '2026-07-31T23:59:59+10:00', {
    ...{ service_name: 'Line 3', status: 'unknown', dial_status: 'TRANSFERRED', counterpart_e164: carol },
  }),
  // In Sydney neither day is in July, although the second one is in July in UTC. The first row was written late.
  reportingRow('june', '2026-06-30T23:00:00+10:00', {
    ...{ ...sales, counterpart_e164: bob, status: 'missed', updated_at_utc: '2026-07-30 22:15:00.000' },
  }),
  reportingRow('august', '2026-08-01T08:00:00+10:00', {
    ...{ ...sales, counterpart_e164: dave, status: 'failed', gclid: 'click-4' },
  }),
];

/** What each question's blocks answer. */
const expected: Readonly<Record<string, readonly (readonly Record<string, unknown>[])[]>> = {
  'Which missed calls has nobody returned?': [
    table('counterpart_e164 service_name missed_calls first_missed_at last_missed_at', [
      [dave, 'Support', 1, '2026-07-08 15:00:00.000', '2026-07-08 15:00:00.000'],
      [bob, 'Sales', 2, '2026-07-06 10:05:00.000', '2026-07-06 10:40:00.000'],
    ]),
  ],
  'When do people call?': [
    table('local_weekday local_hour calls answered', [
      [1, 9, 1, 1],
      [1, 10, 2, 0],
      [2, 9, 1, 0],
      [3, 15, 1, 0],
      [4, 9, 1, 0],
      [4, 12, 2, 1],
      [5, 9, 2, 0],
      [5, 23, 1, 0],
    ]),
  ],
  'How well is each service answered?': [
    table('service_name calls answered answered_percent average_wait', [
      // Four of the six have an outcome; two of them rang, after 10 and 20 seconds.
      ['Sales', 6, 1, 25, 15],
      ['Support', 4, 1, 25, 8.5],
      ['Line 3', 1, 0, null, null],
    ]),
  ],
  'Which campaigns and clicks bring calls?': [
    table('source medium campaign calls callers answered with_click', [
      ['google', 'cpc', 'Winter', 3, 2, 1, 2],
      ['google', 'cpc', null, 1, 1, 1, 1],
    ]),
    table('gclid source medium campaign first_call_at_utc answered_calls', [
      ['click-1', 'google', 'cpc', 'Winter', '2026-07-05 23:15:00.000', 1],
      ['click-3', 'google', 'cpc', null, '2026-07-09 02:30:00.000', 1],
    ]),
  ],
  'Which queues keep callers longest?': [
    table('queue_name calls average_queue_seconds longest_queue_seconds abandoned_percent', [
      ['Help', 4, 45, 60, 25],
      ['Front', 4, 19.5, 31, 25],
    ]),
  ],
  'Who calls most?': [
    table('counterpart_e164 calls answered last_call_at', [
      [alice, 3, 1, '2026-07-10 09:05:00.000'],
      [carol, 2, 0, '2026-07-31 23:59:59.000'],
      [erin, 2, 1, '2026-07-09 12:30:00.000'],
      [bob, 2, 0, '2026-07-06 10:40:00.000'],
      [dave, 1, 0, '2026-07-08 15:00:00.000'],
    ]),
  ],
  'What does each extension dial?': [
    table('calling_extension calls answered_percent talk_seconds', [
      ['201', 2, 50, 90],
      ['202', 1, 100, 30],
    ]),
  ],
  'How did each day go?': [
    table('local_date calls answered missed abandoned busy failed in_progress unknown_status', [
      ['2026-07-06', 3, 1, 1, 1, 0, 0, 0, 0],
      ['2026-07-07', 1, 0, 0, 1, 0, 0, 0, 0],
      ['2026-07-08', 1, 0, 0, 0, 1, 0, 0, 0],
      ['2026-07-09', 3, 1, 2, 0, 0, 0, 0, 0],
      ['2026-07-10', 2, 0, 0, 0, 0, 0, 2, 0],
      ['2026-07-31', 1, 0, 0, 0, 0, 0, 0, 1],
    ]),
  ],
  // Read back whole: the rows themselves, as they were written.
  'What has changed since my last load?': [
    ['june', 'strange', 'august'].map((id) => wholeRow(rows.find(({ call_id }) => call_id === id) ?? {})),
  ],
  'Which calls need a look?': [
    table('call_id reason direction stage dial_status started_at_local service_name', [
      ['e2', 'estimated start', 'inbound', 'call_end', null, '2026-07-09 12:30:00.000', 'Support'],
      ['no-end', 'no end', 'inbound', 'call_answered', null, '2026-07-10 09:05:00.000', 'Sales'],
      [
        'strange',
        'unknown status',
        'inbound',
        'call_end',
        'TRANSFERRED',
        '2026-07-31 23:59:59.000',
        'Line 3',
      ],
    ]),
  ],
};

/** What a BI tool's session may be set to, unlike the kit's own: a zone other than UTC, and strict grouping. */
const sessions: Readonly<Record<DialectName, readonly string[]>> = {
  sqlite: [],
  postgres: ["SET LOCAL TIME ZONE 'Australia/Sydney'"],
  mysql: [
    "SET SESSION time_zone = '+10:00'",
    "SET SESSION sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES'",
  ],
};

const blocks = sqlBlocks('queries.md');

describe('docs/queries.md', () => {
  it('asks the ten questions that are tested here', () => {
    expect([...new Set(blocks.map(({ heading }) => heading))]).toEqual(Object.keys(expected));
    expect(Object.keys(expected)).toHaveLength(10);
  });
});

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the queries on ${engine.title}`, () => {
    let fresh: FreshDatabase;
    let database: Database;

    beforeAll(async () => {
      fresh = await engine.fresh();
      database = openDatabase(fresh.url);
      await migrate(database, 'jet_reporting_migrations', reportingMigrations);
      await writeRows(database, rows);
    });

    afterAll(async () => {
      await database.close();
      await fresh.drop();
    });

    it.each(Object.entries(expected))('%s', async (question, results) => {
      const asked = blocks.filter(
        ({ heading, dialects }) => heading === question && dialects.includes(engine.dialect),
      );
      expect(asked).toHaveLength(results.length);
      for (const [index, { sql }] of asked.entries()) {
        const answer = await askAsBiTool(database, sql);
        const wanted = results[index] ?? [];
        expect(answer.map((row, at) => alike(row, wanted[at] ?? {}))).toEqual(wanted);
      }
    });
  });
}

function askAsBiTool({ knex, dialect }: Database, sql: string): Promise<Record<string, unknown>[]> {
  return knex.transaction(async (transaction) => {
    for (const statement of sessions[dialect]) await transaction.raw(statement);
    return ask({ knex: transaction, dialect }, sql);
  });
}

function table(names: string, values: readonly (readonly unknown[])[]): Record<string, unknown>[] {
  return values.map((row) => Object.fromEntries(names.split(' ').map((name, at) => [name, row[at]])));
}

function wholeRow(row: ReportingRow): Record<string, unknown> {
  return Object.fromEntries(reportingColumns.map(({ name }) => [name, row[name] ?? null]));
}

/** The row with each value in the form that is expected of it: drivers give sums as text and times as dates. */
function alike(row: Record<string, unknown>, wanted: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(row).map(([name, value]) => [name, asKind(value, wanted[name])]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function asKind(value: unknown, wanted: unknown): unknown {
  if (value instanceof Date) return utcText(value.getTime()).slice(0, String(wanted).length);
  if (typeof wanted === 'number' && typeof value === 'string') return Number(value);
  if (typeof wanted === 'boolean' && typeof value === 'number') return value === 1;
  return value;
}
