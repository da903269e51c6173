import type { Knex } from 'knex';
import { settingsTable } from '../calendar/report-tables.ts';

/** The settings that the views use now. Times are in the units of their names; the target is in percent. */
export interface AppliedSettings {
  readonly returnWindowHours: number;
  readonly serviceLevelSeconds: number;
  readonly serviceLevelTarget: number;
  readonly shortAbandonSeconds: number;
}

/** The settings. Undefined until the receiver has written them. */
export async function readAppliedSettings(within: Knex): Promise<AppliedSettings | undefined> {
  const row = await within(settingsTable.name).where({ id: 1 }).first<Record<string, unknown> | undefined>();
  if (row === undefined) return undefined;
  return {
    returnWindowHours: Number(row['return_window_hours']),
    serviceLevelSeconds: Number(row['service_level_seconds']),
    serviceLevelTarget: Number(row['service_level_target']),
    shortAbandonSeconds: Number(row['short_abandon_seconds']),
  };
}
