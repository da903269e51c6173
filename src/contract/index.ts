/** Everything that an adapter sees of the kit. */
export { z } from 'zod';
export {
  contractVersion,
  defineAdapter,
  type Adapter,
  type AdapterDefinition,
  type AdapterTools,
  type Capabilities,
  type Delivery,
  type Finding,
} from './adapter.ts';
export { AdapterMisconfigured, DestinationUnavailable } from './errors.ts';
export {
  delivered,
  rejected,
  retry,
  skipped,
  type Delivered,
  type Outcome,
  type Rejected,
  type Retry,
  type Skipped,
} from './outcome.ts';
export type { Call } from '../domain/call.ts';
export type { Clock } from '../domain/clock.ts';
export type { Database, DialectName, Upsert, UpsertNames } from '../domain/database.ts';
export { databaseUrlFault } from '../domain/database-url.ts';
export { utcText, type LocalTime } from '../domain/local-time.ts';
export type { Log } from '../domain/log.ts';
export {
  longTextLength,
  reportingColumns,
  reportingTable,
  type ReportingColumn,
  type ReportingColumnName,
} from '../domain/reporting-table.ts';
export type { Stage } from '../domain/stage.ts';
