/** The rules that CRM adapters share. They can change in a minor version; `#contract` cannot. */
export {
  createStatusesSetting,
  durationSetting,
  fieldMapSetting,
  ownersSetting,
  refuseSetting,
  severalSetting,
  unmatchedSetting,
} from './settings.ts';
export { callDetails, callTitle } from './call-words.ts';
export type { MatchCandidate } from './choose-match.ts';
export { counterpartToSearch } from './counterpart.ts';
export { mappableFieldKind, mappedValues, type FieldMapping, type MappedValue } from './field-map.ts';
export { groupedNational, numberForms, searchedForms, type NumberForms } from './number-forms.ts';
export type { MatchedPerson } from './match-people.ts';
export { askJson, checkAccount, dataOf, type JsonApi } from './json-api.ts';
export { landOneByOne, type RecordCrm } from './one-by-one.ts';
export { ownerOf } from './owner-table.ts';
export { LostReply, requestOnce, type Reply } from './request-once.ts';
export { readUnmappedPlaces } from './unmapped-places.ts';
export { compareLanding } from './engine/compare.ts';
export { indexLagMs, landBatch } from './engine/land-batch.ts';
export { createOwners } from './engine/owners.ts';
export { createRefusedValues } from './engine/refused-values.ts';
export type { Fields, FieldValue, Person } from './engine/activity.ts';
export type {
  BatchFailure,
  Crm,
  LinkResult,
  LinkRow,
  MadePerson,
  ReadResult,
  ReadRow,
  Row,
  RowResult,
} from './engine/crm.ts';
export { withoutNumbers } from './without-numbers.ts';
