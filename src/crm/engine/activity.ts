import type { JsonValue } from '../../domain/jet-fields.ts';
import type { MatchedPerson } from '../match-people.ts';
import type { PersonState } from '../unmatched.ts';

/** The value of a field, written or read. An empty text clears the field. */
export type FieldValue = string | number | boolean | null;

/** Fields of an activity, by the CRM's names. */
export type Fields = Readonly<Record<string, FieldValue>>;

/** The person or company that a call is about. */
export interface Person {
  /** `not searched`: the search was skipped to save a request. */
  readonly state: PersonState | 'not searched';
  /** The record that the activity is linked to. */
  readonly record: MatchedPerson | undefined;
  readonly companyId: string | undefined;
  /** The counterpart's number, when a person can be searched by it. */
  readonly number: string | undefined;
  /** How the person was found, for the operator. It holds whole numbers. */
  readonly match: JsonValue;
}
