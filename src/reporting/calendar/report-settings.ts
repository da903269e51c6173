import type { Database } from '../../database/database.ts';
import { datesTable, settingsTable } from './report-tables.ts';

/** The settings of the views. */
export interface ReportSettings {
  readonly returnWindowHours: number;
  readonly serviceLevelSeconds: number;
  /** In percent. */
  readonly serviceLevelTarget: number;
  readonly shortAbandonSeconds: number;
  /** Names of public holidays by day, `YYYY-MM-DD`. A holiday without a name is an empty text. */
  readonly publicHolidays: ReadonlyMap<string, string>;
}

export const defaultReportSettings: ReportSettings = {
  returnWindowHours: 48,
  serviceLevelSeconds: 20,
  serviceLevelTarget: 80,
  shortAbandonSeconds: 5,
  publicHolidays: new Map(),
};

/** Writes the settings into the tables that the views read. Rows that are right already are not written. */
export async function writeReportSettings({ knex }: Database, settings: ReportSettings): Promise<void> {
  const row = {
    return_window_hours: settings.returnWindowHours,
    service_level_seconds: settings.serviceLevelSeconds,
    service_level_target: settings.serviceLevelTarget,
    short_abandon_seconds: settings.shortAbandonSeconds,
  };
  const changed = await knex(settingsTable.name).where({ id: 1 }).update(row);
  if (changed === 0 && (await knex(settingsTable.name).where({ id: 1 }).first('id')) === undefined)
    await knex(settingsTable.name).insert({ id: 1, ...row });
  await writeHolidays(knex, settings.publicHolidays);
}

async function writeHolidays(
  knex: Database['knex'],
  holidays: ReportSettings['publicHolidays'],
): Promise<void> {
  const days = [...holidays.keys()];
  await knex(datesTable.name)
    .where({ is_public_holiday: true })
    .whereNotIn('local_date', days)
    .update({ is_public_holiday: false, public_holiday: null });
  for (const [day, name] of holidays)
    await knex(datesTable.name)
      .where({ local_date: day })
      .update({ is_public_holiday: true, public_holiday: name === '' ? null : name });
}
