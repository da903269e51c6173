import type { Knex } from 'knex';
import type { Database, DialectName } from '../../src/database/database.ts';
import { reportIndexes, type ReportIndex } from '../../src/reporting/report-indexes.ts';
import { reportingColumns, type ReportingColumnName } from '../../src/reporting/reporting-columns.ts';
import { reportingTable, type ReportingColumn } from '../../src/reporting/reporting-column.ts';
import { localTime, utcText } from '../../src/domain/local-time.ts';
import { createRandom, type Random } from '../../src/simulate/traffic/random.ts';

type Row = Partial<Record<ReportingColumnName, string | number | boolean | null>>;

const timeZone = 'Australia/Sydney';
const dayMs = 86_400_000;
/** Calls are spread over this many days. */
export const daysOfCalls = 400;
const rowsInStatement = 1_000;

const statuses = [
  ['answered', 66],
  ['missed', 12],
  ['abandoned', 13],
  ['busy', 5],
  ['failed', 2],
  ['unknown', 1],
  ['in_progress', 1],
] as const;
const services = Array.from({ length: 12 }, (_none, index) => `Service ${index + 1}`);
const sources = [
  ['google', 'cpc', 'PAID'],
  ['google', 'organic', 'ORGANIC'],
  ['bing', 'organic', 'ORGANIC'],
  ['trades.example', 'referral', 'REFERRAL'],
] as const;

/** One call of a busy centre: its fields depend on its number alone. */
function inventCall(number: number, count: number, fromMs: number, random: Random): Row {
  const startedAtMs = fromMs + Math.floor((number / count) * daysOfCalls * dayMs);
  const local = localTime(startedAtMs, timeZone);
  const isInbound = random.chance(0.8);
  const status = random.weighted(statuses);
  const service = random.integer(0, services.length - 1);
  const waits = random.integer(2, 60);
  const duration = status === 'abandoned' ? random.integer(1, 240) : waits + random.integer(5, 600);
  const isQueued = random.chance(0.4);
  const answered = status === 'answered';
  // A few callers call often.
  const caller = Math.floor(random.next() ** 2 * 200_000);
  const web = isInbound && random.chance(0.3) ? random.pick(sources) : undefined;
  const receivedAt = utcText(startedAtMs + duration * 1000);
  return {
    call_id: `1c3e4b5d-8f70-4a2b-9c1d-${String(number).padStart(12, '0')}`,
    direction: isInbound ? 'inbound' : 'outbound',
    stage: isInbound ? 'call_end' : 'call_end_outbound',
    status: !isInbound && status !== 'answered' ? 'missed' : status,
    account_number: '990123',
    started_at_utc: utcText(startedAtMs),
    started_at_local: local.text,
    ended_at_utc: receivedAt,
    dial_time_utc: utcText(startedAtMs + waits * 1000),
    queued_time_utc: isInbound && isQueued ? utcText(startedAtMs + 2_000) : null,
    started_at_offset: local.offset,
    started_at_estimated: false,
    time_zone: timeZone,
    local_date: local.date,
    local_hour: local.hour,
    local_weekday: local.weekday,
    origin_number: `04${String(10_000_000 + caller)}`,
    counterpart_e164: random.chance(0.05) ? null : `+614${String(10_000_000 + caller)}`,
    withheld: false,
    service_name: isInbound ? (services[service] ?? null) : null,
    service_group: isInbound ? (service < 6 ? 'Marketing' : 'Office') : null,
    number_type: isInbound ? (service < 4 ? 'DIGITAL_ON_PAGE' : 'Other') : null,
    dial_status: status === 'missed' && random.chance(0.3) ? 'UNAVAILABLE' : status.toUpperCase(),
    queue_name: isInbound && isQueued ? `Queue ${1 + (service % 3)}` : null,
    extension_number: isInbound ? String(random.integer(200, 240)) : null,
    calling_extension: isInbound ? null : String(random.integer(200, 240)),
    duration_seconds: duration,
    wait_seconds: isInbound ? waits : null,
    queue_seconds: isInbound && isQueued ? Math.max(0, waits - 2) : null,
    answer_received_at_utc: answered ? utcText(startedAtMs + (waits + random.integer(1, 8)) * 1000) : null,
    ...(web !== undefined && {
      session_id: `session-${number}`,
      google_analytics_client_id: `${number}.17`,
      landing_page_url: `https://www.example.com/${'page'.repeat(20)}?n=${number}`,
      referrer_url: `https://www.google.com/${'search'.repeat(10)}`,
      attributes: '{"device":"mobile","visits":3}',
      source: web[0],
      medium: web[1],
      channel: web[2],
      campaign: web[2] === 'PAID' ? `Campaign ${random.integer(1, 20)}` : null,
      gclid: web[2] === 'PAID' ? `EAIaIQobChMI${number}${'x'.repeat(40)}_BwE` : null,
      internal_referrer: false,
    }),
    revision: startedAtMs,
    first_received_at_utc: utcText(startedAtMs + 200),
    last_received_at_utc: receivedAt,
    updated_at_utc: receivedAt,
  };
}

const columns = reportingColumns.map(({ name }) => name);
const names = columns.join(', ');

/** Inserts rows in one statement. One JSON text, or literals, are several times faster than bound values. */
const insertRows: Readonly<Record<DialectName, (knex: Knex, rows: readonly Row[]) => Promise<unknown>>> = {
  sqlite: (knex, rows) =>
    knex.raw(
      `INSERT INTO ${reportingTable} (${names}) SELECT ${columns.map((name) => `json_extract(value, '$.${name}')`).join(', ')} FROM json_each(?)`,
      [JSON.stringify(rows)],
    ),
  postgres: (knex, rows) =>
    knex.raw(
      `INSERT INTO ${reportingTable} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${reportingTable}, ?)`,
      [JSON.stringify(rows)],
    ),
  mysql: (knex, rows) =>
    knex.raw(
      `INSERT INTO ${reportingTable} (${names}) VALUES ${rows
        .map((row) => `(${columns.map((name) => literal(row[name])).join(', ')})`)
        .join(', ')
        // knex takes a question mark as a place for a value.
        .replaceAll('?', '\\?')}`,
    ),
};

function literal(value: Row[ReportingColumnName]): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

/** The settings of one connection that make a load fast. A failure here only costs the database. */
const fastLoadSettings: Readonly<Record<DialectName, readonly string[]>> = {
  sqlite: ['PRAGMA synchronous = OFF', 'PRAGMA cache_size = -200000'],
  postgres: [],
  mysql: [],
};

const afterLoad: Readonly<Record<DialectName, string>> = {
  sqlite: `ANALYZE ${reportingTable}`,
  // Autovacuum does both within minutes of such a load. Before, each answer from an index alone also reads the table.
  postgres: `VACUUM (ANALYZE) ${reportingTable}`,
  mysql: `ANALYZE TABLE ${reportingTable}`,
};

/**
 * Fills an empty reporting table with calls of the last 400 days, up to now. The indexes are made anew afterwards, which
 * is faster than filling them.
 *
 * @param progress gets the number of rows so far
 */
export async function loadReportCalls(
  { knex, dialect }: Database,
  count: number,
  progress: (rows: number) => void,
): Promise<void> {
  const fromMs = Date.now() - daysOfCalls * dayMs;
  const random = createRandom(20_261_129);
  for (const statement of fastLoadSettings[dialect]) await knex.raw(statement);
  const indexes = [
    ...reportIndexes,
    ...(reportingColumns as readonly ReportingColumn[])
      .filter(({ indexed }) => indexed === true)
      .map(({ name }): ReportIndex => ({ name: `${reportingTable}_${name}`, columns: [name], meaning: '' })),
  ];
  const on = dialect === 'mysql' ? ` ON ${reportingTable}` : '';
  for (const { name } of indexes) await knex.raw(`DROP INDEX ${name}${on}`);
  for (let at = 0; at < count; at += rowsInStatement) {
    const size = Math.min(rowsInStatement, count - at);
    const rows = Array.from({ length: size }, (_none, index) =>
      inventCall(at + index, count, fromMs, random),
    );
    await insertRows[dialect](knex, rows);
    progress(at + size);
  }
  for (const { name, columns: indexed, where } of indexes) {
    const condition = where === undefined || dialect === 'mysql' ? '' : ` WHERE ${where}`;
    await knex.raw(`CREATE INDEX ${name} ON ${reportingTable} (${indexed.join(', ')})${condition}`);
  }
  await knex.raw(afterLoad[dialect]);
}
