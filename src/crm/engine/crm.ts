import type { AdapterTools } from '../../contract/adapter-tools.ts';
import type { Delivery } from '../../contract/delivery.ts';
import type { FoundPerson, MatchedPerson, PeopleSource, SearchAnswer } from '../match-people.ts';
import type { NumberForms } from '../number-forms.ts';
import type { UnmatchedRule } from '../unmatched.ts';
import type { Fields, FieldValue, Person } from './activity.ts';
import type { Owners } from './owners.ts';
import type { RefusedValues } from './refused-values.ts';

/** An activity to write. */
export interface Row {
  readonly delivery: Delivery;
  /** The CRM's id of the activity; undefined for a new one. */
  readonly id: string | undefined;
  readonly fields: Fields;
  readonly person: Person;
  /** 1 for the first try, and one more after each `dropFields`. */
  readonly round: number;
  /**
   * For a new activity: whether its key was looked up. `unknown`: it was not. `free`: no activity has it. `unread`: the
   * CRM did not say.
   */
  readonly key: 'unknown' | 'free' | 'unread';
}

interface Later {
  readonly kind: 'later';
  readonly code: string;
  readonly reason: string;
  readonly delayMs?: number | undefined;
}

interface Refused {
  readonly kind: 'refused';
  readonly code: string;
  readonly reason: string;
  readonly remedy: string;
}

/** What became of one row of a write. */
export type RowResult =
  /** `fields`: as written, where that differs from the row. `isUnlinked`: its links must be added. */
  | { readonly kind: 'saved'; readonly id: string; readonly fields?: Fields; readonly isUnlinked?: boolean }
  /** An activity has the key already, or may have it: it is read, by this id or by its key, and updated. */
  | { readonly kind: 'there'; readonly id: string | undefined }
  /** A record was deleted: the activity, or the person or company that it is linked to. */
  | { readonly kind: 'gone'; readonly part: 'activity' | 'person' | 'company'; readonly rule?: string }
  /** The row is sent again without these fields; without a name, as it is. */
  | {
      readonly kind: 'dropFields';
      readonly names: readonly string[];
      readonly why: string;
      /** The values are not sent again for an hour. */
      readonly isRemembered?: boolean;
      /** The user was refused as an owner: another owner is chosen. */
      readonly isOwnerRefused?: boolean;
    }
  | Later
  | Refused
  /** Refused together with others: the rows are sent in halves, and after too many refusals they wait. */
  | { readonly kind: 'split'; readonly later: Later }
  /** Nothing else can be written now. The other rows of the answer count. */
  | { readonly kind: 'stop'; readonly error: Error };

/** An activity to read: by its id, or else by its key. */
export interface Asked {
  readonly delivery: Delivery;
  readonly id: string | undefined;
  /** A refused write said that it is there. */
  readonly isThere: boolean;
}

/** What reading one activity came to. */
export type ReadResult =
  | {
      readonly kind: 'shown';
      readonly id: string;
      readonly fields: Fields;
      /** Nobody has changed it since it was made. */
      readonly isUntouched: boolean;
      /** It hangs on somebody. Undefined: the CRM does not show it with the fields. */
      readonly isLinked?: boolean;
    }
  /** It is not there. */
  | { readonly kind: 'gone' }
  /** The CRM did not say whether it is there. */
  | { readonly kind: 'unread' }
  /** It is there as far as is known, and cannot be read: only what became of the call is written. */
  | { readonly kind: 'hidden'; readonly note?: string }
  | Later
  | Refused;

/** Links to add where an activity has none of their kind. */
export interface LinkRow {
  readonly id: string;
  readonly person: Person;
  /** It was made just now, without links. */
  readonly isNew: boolean;
}

export interface LinkResult {
  readonly isAdded: boolean;
  /** What the CRM did not link. */
  readonly refused: readonly ('person' | 'company')[];
}

/** A person that was made for a number; without one, why not. */
export interface MadePerson {
  readonly person: FoundPerson | undefined;
  /** For the trace. */
  readonly note: string;
  /** It can work later: the call waits for some attempts. */
  readonly later?: { readonly code: string; readonly reason: string };
}

/** What an error means for a batch that breaks off. */
export interface Break {
  /** What the core receives when nothing of the batch is kept. */
  readonly error: unknown;
  /** The destination is away or misconfigured, as opposed to a fault of the adapter. */
  readonly isPause: boolean;
  /** Each call of the batch counts as tried. */
  readonly isCounted?: boolean;
  /** For the calls that have no outcome yet. */
  readonly code: string;
  readonly reason: string;
  readonly delayMs?: number | undefined;
}

/** How free the daily requests are: all may go; only calls that have ended; only what lands a call for good. */
export type Budget = 'free' | 'no live updates' | 'final writes only';

/**
 * A CRM, as the engine uses it. Each function is one request, or a few. It throws only when the request as a whole came
 * to nothing; {@link Crm.broken} then says what that means.
 */
export interface Crm {
  /** For messages: `HubSpot`. */
  readonly name: string;
  readonly tools: AdapterTools;
  /** How its settings begin: `HUBSPOT`. */
  readonly settingPrefix: string;
  readonly unmatched: UnmatchedRule;
  /** Calls are shown while they last. */
  readonly isLive: boolean;
  /** A call that is shown is updated at each stage; otherwise at its end only. */
  readonly isUpdatedWhileOpen: boolean;
  /** `conflict`: the CRM refuses a second activity with a key. `lookup`: only reading tells whether there is one. */
  readonly keyFinds: 'conflict' | 'lookup';
  /** Fields that are written once, those that follow the call whatever people do, and the one that holds the owner. */
  readonly fields: {
    readonly fixed: ReadonlySet<string>;
    readonly outcome: ReadonlySet<string>;
    readonly owner: string;
  };
  readonly owners: Owners;
  readonly refusedValues: RefusedValues;
  readonly people: Pick<PeopleSource, 'rules' | 'searchedIn' | 'searchSize'> & {
    /** The kind of a company, where an activity is linked to it as to a person. */
    readonly companyObject?: string;
    search(numbers: readonly NumberForms[], signal: AbortSignal): Promise<SearchAnswer>;
    /** The owners of records that the search did not name, by record id. */
    readOwners?(records: readonly MatchedPerson[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
    /** Makes a person for each number, once: the CRM keeps the number unique. */
    make(numbers: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, MadePerson>>;
  };
  budget(): Budget;
  /** The most rows of one write, now. */
  rowsMax(): number;
  /** Learns what it needs to know of the CRM, such as its fields. */
  prepare(deliveries: readonly Delivery[], signal: AbortSignal): Promise<void>;
  /** What of a call goes where, without owner and links. */
  mapCall(delivery: Delivery): Fields;
  /** The fields that link an activity to a person, where links are fields. */
  linkFields(person: Person): Fields;
  /** Why a field is not taken; undefined: it is. */
  whyNotTaken(name: string): string | undefined;
  /** A value in a form that is the same when the CRM shows it. */
  normal(value: FieldValue | undefined): string;
  /** True of a value that the CRM itself put there. */
  isOurs(name: string, current: FieldValue | undefined): boolean;
  /** By delivery. `names`: the fields to read. */
  read(
    asked: readonly Asked[],
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ReadResult>>;
  /** One result for each row, in their order. */
  create(rows: readonly Row[], signal: AbortSignal): Promise<readonly RowResult[]>;
  /** One result for each row, in their order. */
  update(rows: readonly Row[], signal: AbortSignal): Promise<readonly RowResult[]>;
  /** Adds links, where they are no fields. One result for each row. */
  link(rows: readonly LinkRow[], signal: AbortSignal): Promise<readonly LinkResult[]>;
  broken(error: unknown): Break;
}
