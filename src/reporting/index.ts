/** The reporting table, for adapters that write it. */
export type { DialectName } from '../database/database.ts';
export { databaseUrlFault, dialectOfUrl } from '../database/database-url.ts';
export { parseDurationMs } from '../domain/duration-text.ts';
export { isCalendarDay } from './calendar/calendar-rows.ts';
export {
  defaultReportSettings,
  writeReportSettings,
  type ReportSettings,
} from './calendar/report-settings.ts';
export { daysOfCalls, noteSummarised, staleDays, summariseDay } from './daily-summary.ts';
export { reportingColumns, type ReportingColumnName } from './reporting-columns.ts';
export { reportingLength, reportingTable, type ReportingColumn } from './reporting-column.ts';
