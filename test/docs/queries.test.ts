import { DateTime } from 'luxon';
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

// The rows lie in the last 30 days, whenever the test runs.
const zone = 'Australia/Sydney';
const firstDay = DateTime.now().setZone(zone).startOf('day').minus({ days: 12 });

/** A time of a day: day 0 is twelve days ago, in Sydney. */
function at(day: number, time: string): DateTime {
  const [hour, minute, second = 0] = time.split(':').map(Number);
  return firstDay.plus({ days: day }).set({ hour: hour ?? 0, minute: minute ?? 0, second });
}

const day = (number: number): string => firstDay.plus({ days: number }).toFormat('yyyy-MM-dd');
const weekday = (number: number): number => firstDay.plus({ days: number }).weekday;
const utc = (number: number, time: string): string => utcText(at(number, time).toMillis());
const local = (number: number, time: string): string => `${day(number)} ${time.padEnd(8, ':00')}.000`;

function rowAt(callId: string, number: number, time: string, given: ReportingRow): ReportingRow {
  const written = { updated_at_utc: '2026-07-01 00:00:00.000' };
  return reportingRow(callId, at(number, time).toISO() ?? '', { ...written, ...given });
}

const rows: readonly ReportingRow[] = [
  rowAt('a', 0, '09:15', {
    ...{ ...sales, ...winter, counterpart_e164: alice, gclid: 'click-1' },
    ...{
      wait_seconds: 10,
      queue_seconds: 8,
      duration_seconds: 120,
      answer_received_at_utc: utc(0, '09:15:15'),
    },
  }),
  // Bob tries twice, and nobody calls him back.
  rowAt('b1', 0, '10:05', {
    ...{ ...sales, ...winter, counterpart_e164: bob, status: 'missed', gclid: 'click-2' },
    ...{ wait_seconds: 20, queue_seconds: 31 },
  }),
  rowAt('b2', 0, '10:40', { ...sales, ...winter, counterpart_e164: bob, status: 'abandoned' }),
  // Carol hangs up in the queue, and is called back after 90 minutes; that she was out does not matter.
  rowAt('c', 1, '09:30', { ...support, counterpart_e164: carol, status: 'abandoned' }),
  rowAt('c-back', 1, '11:00', {
    ...{ direction: 'outbound', status: 'missed', counterpart_e164: carol, calling_extension: '201' },
    ...{ duration_seconds: 25 },
  }),
  // Dave is called before he calls himself, so nobody has returned that.
  rowAt('d-out', 2, '14:00', {
    ...{ direction: 'outbound', counterpart_e164: dave, calling_extension: '201', duration_seconds: 90 },
  }),
  rowAt('d', 2, '15:00', {
    ...{ ...support, counterpart_e164: dave, status: 'busy', wait_seconds: 5, queue_seconds: 60 },
  }),
  rowAt('a-out', 2, '16:00', {
    ...{ direction: 'outbound', counterpart_e164: alice, calling_extension: '202', duration_seconds: 30 },
  }),
  // A hidden number cannot be called back.
  rowAt('hidden', 3, '09:10', { ...sales, status: 'missed', withheld: true }),
  // Erin gets through when she tries again after 30 minutes.
  rowAt('e1', 3, '12:00', { ...support, counterpart_e164: erin, status: 'missed' }),
  rowAt('e2', 3, '12:30', {
    ...{ ...support, counterpart_e164: erin, gclid: 'click-3', source: 'google', medium: 'cpc' },
    ...{ wait_seconds: 12, queue_seconds: 30, started_at_estimated: true, extension_number: '201' },
  }),
  // Two calls are open: one for an hour, which is usual, and one whose end is overdue.
  rowAt('open', 4, '09:00', {
    ...{ ...sales, queue_name: null, counterpart_e164: alice, status: 'in_progress', stage: 'call_start' },
    ...{ last_received_at_utc: hoursAgo(3.9), updated_at_utc: '2026-07-30 22:14:59.999' },
  }),
  rowAt('no-end', 4, '09:05', {
    ...{ ...sales, queue_name: null, counterpart_e164: alice, status: 'in_progress', stage: 'call_answered' },
    ...{ last_received_at_utc: hoursAgo(4.1) },
  }),
  rowAt('strange', 5, '23:59:59', {
    ...{ service_name: 'Line 3', status: 'unknown', dial_status: 'TRANSFERRED', counterpart_e164: carol },
    updated_at_utc: '2026-07-30 22:16:00.000',
  }),
  // More than 30 days ago. The first was written late.
  rowAt('long-ago', -30, '23:00', {
    ...{ ...sales, counterpart_e164: bob, status: 'missed', updated_at_utc: '2026-07-30 22:15:00.000' },
  }),
  rowAt('older', -31, '08:00', { ...sales, counterpart_e164: erin, status: 'failed', gclid: 'click-4' }),
];

/** What each question's blocks answer. */
const expected: Readonly<Record<string, readonly (readonly Record<string, unknown>[])[]>> = {
  'Which missed calls has nobody returned?': [
    table('counterpart_e164 service_name misses first_missed_at_utc last_missed_at_utc', [
      [dave, 'Support', 1, utc(2, '15:00'), utc(2, '15:00')],
      [bob, 'Sales', 3, utc(-30, '23:00'), utc(0, '10:40')],
    ]),
    table('follow_up calls average_minutes', [
      ['not_returned', 3, null],
      ['handled', 2, 60],
      ['cannot_follow', 1, null],
    ]),
  ],
  'When do people call?': [
    table(
      'local_weekday local_hour calls answered',
      [
        [weekday(0), 9, 1, 1],
        [weekday(0), 10, 2, 0],
        [weekday(1), 9, 1, 0],
        [weekday(2), 15, 1, 0],
        [weekday(3), 9, 1, 0],
        [weekday(3), 12, 2, 1],
      ].sort(([a = 0, x = 0], [b = 0, y = 0]) => a - b || x - y),
    ),
  ],
  'How well is each service answered?': [
    table('service_name calls answered answered_percent in_time_percent unmeasured', [
      ['Sales', 4, 1, 25, 25, 0],
      ['Support', 4, 1, 25, 0, 1],
    ]),
  ],
  'Which campaigns and clicks bring calls?': [
    table('source medium campaign calls first_time_callers answered with_gclid', [
      ['google', 'cpc', 'Winter', 3, 1, 1, 2],
      ['google', 'cpc', null, 1, 0, 1, 1],
    ]),
    table('gclid source medium campaign started_at_utc duration_seconds', [
      ['click-1', 'google', 'cpc', 'Winter', utc(0, '09:15'), 120],
      ['click-3', 'google', 'cpc', null, utc(3, '12:30'), null],
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
      [erin, 2, 1, local(3, '12:30')],
      [bob, 2, 0, local(0, '10:40')],
      [carol, 1, 0, local(1, '09:30')],
      [alice, 1, 1, local(0, '09:15')],
      [dave, 1, 0, local(2, '15:00')],
    ]),
  ],
  'What does each extension do?': [
    table('extension inbound_offered inbound_answered outbound outbound_answered answered_seconds', [
      ['201', 1, 1, 2, 1, 90],
      ['202', 0, 0, 1, 1, 30],
    ]),
  ],
  'How did each day go?': [
    table('local_date local_weekday offered answered missed caller_abandon system_abandon', [
      [day(0), weekday(0), 3, 1, 1, 1, 0],
      [day(1), weekday(1), 1, 0, 0, 1, 0],
      [day(2), weekday(2), 1, 0, 0, 0, 1],
      [day(3), weekday(3), 3, 1, 2, 0, 0],
      [day(4), weekday(4), 0, 0, 0, 0, 0],
      [day(5), weekday(5), 0, 0, 0, 0, 0],
    ]),
  ],
  // Read back whole: the rows themselves, as they were written.
  'What has changed since my last load?': [
    ['long-ago', 'strange'].map((id) => wholeRow(rows.find(({ call_id }) => call_id === id) ?? {})),
  ],
  'Which calls need a look?': [
    table('call_id reason direction stage dial_status started_at_local service_name', [
      ['e2', 'estimated start', 'inbound', 'call_end', null, local(3, '12:30'), 'Support'],
      ['no-end', 'no end', 'inbound', 'call_answered', null, local(4, '09:05'), 'Sales'],
      ['strange', 'unknown status', 'inbound', 'call_end', 'TRANSFERRED', local(5, '23:59:59'), 'Line 3'],
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
  it('docs/queries.md asks the ten questions that are tested here', () => {
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

    it.each(Object.entries(expected))('the query answers its question: %s', async (question, results) => {
      const asked = blocks.filter(
        ({ heading, dialects }) => heading === question && dialects.includes(engine.dialect),
      );
      expect(asked).toHaveLength(results.length);
      for (const [index, { sql }] of asked.entries()) {
        const all = await askAsBiTool(database, forDialect(sql, engine.dialect));
        const wanted = results[index] ?? [];
        // Days before the first row are there with zeros.
        const answer =
          question === 'How did each day go?' ? all.filter((row) => !isBefore(row, day(0))) : all;
        expect(answer.map((row, at) => alike(row, wanted[at] ?? {}))).toEqual(wanted);
      }
    });
  });
}

/** The SQL for a database: SQLite takes the expression that a comment names. */
function forDialect(sql: string, dialect: DialectName): string {
  const inSqlite = /CURRENT_DATE - INTERVAL '30' DAY -- in SQLite: (.+)$/gm;
  return dialect === 'sqlite' ? sql.replace(inSqlite, '$1') : sql;
}

function askAsBiTool({ knex, dialect }: Database, sql: string): Promise<Record<string, unknown>[]> {
  return knex.transaction(async (transaction) => {
    for (const statement of sessions[dialect]) await transaction.raw(statement);
    return ask({ knex: transaction, dialect }, sql);
  });
}

function isBefore({ local_date: date }: Record<string, unknown>, first: string): boolean {
  return String(asKind(date, first)) < first;
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
