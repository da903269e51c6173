/** Everything that an adapter of any kind needs. `#crm` has the CRM rules, and `#reporting` the reporting table. */
export { z } from 'zod';
export {
  contractVersion,
  defineAdapter,
  type Adapter,
  type AdapterDefinition,
  type Finding,
} from './adapter.ts';
export type { AdapterTools } from './adapter-tools.ts';
export type { Delivery } from './delivery.ts';
export { AdapterMisconfigured, DestinationUnavailable } from './errors.ts';
export { delivered, held, rejected, retry, skipped, type Outcome } from './outcome.ts';
export type { Call } from '../domain/call.ts';
export type { CallStatus } from '../domain/call-status.ts';
export type { Clock } from '../domain/clock.ts';
export { cutText } from '../domain/cut-text.ts';
export type { Database } from '../database/database.ts';
export type { JsonValue } from '../domain/jet-fields.ts';
export { utcText } from '../domain/local-time.ts';
export { isFinalStage, stages } from '../domain/stage.ts';
export { untilAborted } from '../domain/until-aborted.ts';
