/** The rules that CRM adapters share. They may change between minor versions; `#contract` may not. */
export { fieldMapSetting } from './field-map-setting.ts';
export { callDetails, callTitle, durationWords, type CallDetail } from './call-words.ts';
export {
  chooseMatch,
  matchPolicies,
  type MatchCandidate,
  type MatchDecision,
  type MatchPolicy,
  type MatchRule,
  type MatchRules,
  type MatchTrace,
} from './choose-match.ts';
export { counterpartToSearch, type CounterpartToSearch, type UnsearchedRule } from './counterpart.ts';
export { whyNotCreated, type CreateRule } from './create-rule.ts';
export {
  mappableFieldKind,
  mappableFields,
  mappedValues,
  parseFieldMap,
  type FieldMapping,
  type MappedValue,
} from './field-map.ts';
export { fingerprint, isOursToChange } from './fingerprint.ts';
export { lateMatchAfterMs } from './late-match.ts';
export { isOverdue, liveEndsAfterMs } from './live-end.ts';
export type { LedgerEntry } from '../domain/ledger.ts';
export {
  compareNumbers,
  groupedNational,
  numberForms,
  searchedForms,
  type NumberEquality,
  type NumberForms,
} from './number-forms.ts';
export {
  matchPeople,
  rememberPeople,
  type FoundPerson,
  type MatchedPerson,
  type PeopleSource,
  type PersonMatch,
  type SearchAnswer,
} from './match-people.ts';
export { ownerOf, parseOwnerTable, type OwnerLookup, type OwnerTable } from './owner-table.ts';
export { countUnmappedPlaces, isPlaceCounted, readUnmappedPlaces } from './unmapped-places.ts';
export {
  isSearchedAnew,
  unmatchedPolicies,
  whySkipped,
  type PersonState,
  type UnmatchedPolicy,
  type UnmatchedRule,
} from './unmatched.ts';
