/** Everything that an adapter sees of the kit. */
export { z } from 'zod';
export {
  contractVersion,
  defineAdapter,
  type Adapter,
  type AdapterDefinition,
  type Capabilities,
  type Finding,
} from './adapter.ts';
export type { AdapterTools } from './adapter-tools.ts';
export type { Delivery } from './delivery.ts';
export { AdapterMisconfigured, DestinationUnavailable } from './errors.ts';
export {
  delivered,
  held,
  rejected,
  retry,
  skipped,
  type Delivered,
  type Outcome,
  type Rejected,
  type Retry,
  type Skipped,
} from './outcome.ts';
export { fieldMapSetting } from '../crm/field-map-setting.ts';
export type { Call } from '../domain/call.ts';
export { callDetails, callTitle, durationWords, type CallDetail } from '../crm/call-words.ts';
export { callStatuses, type CallStatus } from '../domain/call-status.ts';
export {
  chooseMatch,
  matchPolicies,
  type MatchCandidate,
  type MatchDecision,
  type MatchPolicy,
  type MatchRule,
  type MatchRules,
  type MatchTrace,
} from '../crm/choose-match.ts';
export type { Clock } from '../domain/clock.ts';
export { counterpartToSearch, type CounterpartToSearch, type UnsearchedRule } from '../crm/counterpart.ts';
export { whyNotCreated, type CreateRule } from '../crm/create-rule.ts';
export { cutText } from '../domain/cut-text.ts';
export type { Database, DialectName, Upsert, UpsertNames } from '../database/database.ts';
export { databaseUrlFault, dialectOfUrl } from '../database/database-url.ts';
export { parseDurationMs } from '../domain/duration-text.ts';
export {
  mappableFieldKind,
  mappableFields,
  mappedValues,
  parseFieldMap,
  type FieldMapping,
  type MappedValue,
} from '../crm/field-map.ts';
export { fingerprint, isOursToChange } from '../crm/fingerprint.ts';
export type { JsonValue } from '../domain/jet-fields.ts';
export { lateMatchAfterMs } from '../crm/late-match.ts';
export { isOverdue, liveEndsAfterMs } from '../crm/live-end.ts';
export type { Ledger, LedgerEntry } from '../domain/ledger.ts';
export { utcText, type LocalTime } from '../domain/local-time.ts';
export type { Log } from '../domain/log.ts';
export {
  compareNumbers,
  groupedNational,
  numberForms,
  searchedForms,
  type NumberEquality,
  type NumberForms,
} from '../crm/number-forms.ts';
export {
  matchPeople,
  rememberPeople,
  type FoundPerson,
  type MatchedPerson,
  type PeopleSource,
  type PersonMatch,
  type SearchAnswer,
} from '../crm/match-people.ts';
export { ownerOf, parseOwnerTable, type OwnerLookup, type OwnerTable } from '../crm/owner-table.ts';
export {
  reportingColumns,
  reportingLength,
  reportingTable,
  type ReportingColumn,
  type ReportingColumnName,
} from '../reporting/reporting-table.ts';
export { isFinalStage, stages, type Stage } from '../domain/stage.ts';
export { countUnmappedPlaces, isPlaceCounted, readUnmappedPlaces } from '../crm/unmapped-places.ts';
export {
  isSearchedAnew,
  unmatchedPolicies,
  whySkipped,
  type PersonState,
  type UnmatchedPolicy,
  type UnmatchedRule,
} from '../crm/unmatched.ts';
export { untilAborted } from '../domain/until-aborted.ts';
