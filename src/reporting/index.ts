/** The reporting table, for adapters that write it. */
export type { DialectName } from '../database/database.ts';
export { databaseUrlFault, dialectOfUrl } from '../database/database-url.ts';
export { reportingColumns, type ReportingColumnName } from './reporting-columns.ts';
export { reportingLength, reportingTable, type ReportingColumn } from './reporting-column.ts';
