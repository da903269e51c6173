/** The reporting table, for adapters that write it. */
export type { DialectName } from '../database/database.ts';
export { databaseUrlFault, dialectOfUrl } from '../database/database-url.ts';
export {
  reportingColumns,
  reportingLength,
  reportingTable,
  type ReportingColumn,
  type ReportingColumnName,
} from './reporting-table.ts';
