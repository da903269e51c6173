import type { Knex } from 'knex';
import type { Database } from '../database/database.ts';
import { dialects } from '../database/dialect.ts';
import { utcText } from '../domain/local-time.ts';
import { settingsTable, summaryTable } from './calendar/report-tables.ts';
import { reportingTable } from './reporting-column.ts';

// Calls land a moment after the time in `updated_at_utc`, and clocks of several processes differ.
const marginMs = 600_000;

const dimensions = 'service_name, number_type, queue_name, source, medium, campaign, outcome';

const insertDay = `INSERT INTO ${summaryTable.name}
  (local_date, line, ${dimensions}, calls, answered_60s, duration_seconds)
SELECT local_date, ROW_NUMBER() OVER (), ${dimensions}, COUNT(*),
  COUNT(CASE WHEN outcome = 'answered' AND duration_seconds >= 60 THEN 1 END),
  SUM(COALESCE(duration_seconds, 0))
FROM jet_inbound
WHERE local_date = ?
GROUP BY local_date, ${dimensions}`;

/** Computes the summary of one local day (`YYYY-MM-DD`) again, in one transaction. */
export async function summariseDay({ knex }: Database, day: string): Promise<void> {
  await knex.transaction(async (transaction) => {
    await transaction(summaryTable.name).where({ local_date: day }).delete();
    await transaction.raw(insertDay, [day]);
  });
}

/** The local days of some calls. */
export async function daysOfCalls(database: Database, callIds: readonly string[]): Promise<string[]> {
  if (callIds.length === 0) return [];
  return readDays(database, (days) => days.from(reportingTable).whereIn('call_id', callIds));
}

/**
 * The days whose summary may be outdated: the days of calls that were written since the last complete summary. Before
 * the first summary, these are all days.
 */
export async function staleDays(database: Database): Promise<string[]> {
  const { knex, dialect } = database;
  const asText = dialects[dialect].asText.instant('summarised_until_utc');
  const state = await knex(settingsTable.name)
    .where({ id: 1 })
    .first<{ until: string | null } | undefined>(knex.raw(`${asText} AS until`));
  const calls = (days: Knex.QueryBuilder): Knex.QueryBuilder =>
    days.from(reportingTable).where({ direction: 'inbound' });
  if (typeof state?.until !== 'string') {
    const before = await readDays(database, (days) => days.from(summaryTable.name));
    return [...new Set([...(await readDays(database, calls)), ...before])];
  }
  const sinceMs = Date.parse(`${state.until.replace(' ', 'T')}Z`) - marginMs;
  const since = utcText(sinceMs) + dialects[dialect].utcSuffix;
  return readDays(database, (days) => days.from(reportingTable).where('updated_at_utc', '>=', since));
}

/** Notes that the summary contains every call that was written before an instant (epoch milliseconds). */
export async function noteSummarised({ knex, dialect }: Database, untilMs: number): Promise<void> {
  await knex(settingsTable.name)
    .where({ id: 1 })
    .update({ summarised_until_utc: utcText(untilMs) + dialects[dialect].utcSuffix });
}

async function readDays(
  { knex, dialect }: Database,
  choose: (days: Knex.QueryBuilder) => Knex.QueryBuilder,
): Promise<string[]> {
  const day = knex.raw(`${dialects[dialect].asText.date('local_date')} AS day`);
  const rows = (await choose(knex.queryBuilder().distinct(day))) as { day: string }[];
  return rows.map((row) => row.day);
}
