import type { Migration } from '../../database/migration.ts';
import { calendarDays } from '../calendar/calendar-rows.ts';
import { defaultReportSettings } from '../calendar/report-settings.ts';
import {
  datesTable,
  hoursTable,
  reportTables,
  settingsTable,
  tableStatements,
} from '../calendar/report-tables.ts';
import { commentOn, sqlText } from '../comments.ts';

const daysInStatement = 4_000;

/** Makes the calendar, the hours, the settings and the empty summary. It can run again after an interruption. */
export const reportTablesMigration: Migration = {
  name: '0005-report-tables',
  async up(knex, database) {
    for (const table of reportTables) {
      for (const statement of tableStatements(table, database.dialect)) await knex.raw(statement);
      await commentOn(knex, database, 'TABLE', table.name, table.meaning);
      for (const { name, meaning } of table.columns)
        await commentOn(knex, database, 'COLUMN', `${table.name}.${name}`, meaning);
    }
    await knex(datesTable.name).delete();
    // The values are literals, because the rows are our own and bound values would take many times longer.
    const rows = calendarDays().map(
      (day) =>
        `(${sqlText(day.date)}, ${day.year}, ${day.quarter}, ${day.month}, ${sqlText(day.week)}, ` +
        `${sqlText(day.weekBegins)}, ${day.weekday}, ${day.isWeekend}, ${day.financialYear}, false)`,
    );
    const columns = datesTable.columns.map(({ name }) => name).filter((name) => name !== 'public_holiday');
    for (let at = 0; at < rows.length; at += daysInStatement)
      await knex.raw(
        `INSERT INTO ${datesTable.name} (${columns.join(', ')}) VALUES ${rows.slice(at, at + daysInStatement).join(', ')}`,
      );
    await knex(hoursTable.name).delete();
    await knex(hoursTable.name).insert(
      Array.from({ length: 24 }, (_none, hour) => ({
        local_hour: hour,
        label: `${String(hour).padStart(2, '0')}:00`,
      })),
    );
    await knex(settingsTable.name).delete();
    await knex(settingsTable.name).insert({
      id: 1,
      return_window_hours: defaultReportSettings.returnWindowHours,
      service_level_seconds: defaultReportSettings.serviceLevelSeconds,
      service_level_target: defaultReportSettings.serviceLevelTarget,
      short_abandon_seconds: defaultReportSettings.shortAbandonSeconds,
    });
  },
};
