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
  /** The CRM's id of the activity. Undefined for a new one. */
  readonly id: string | undefined;
  readonly fields: Fields;
  readonly person: Person;
  /** 1 on the first attempt, and one more after each `dropFields`. */
  readonly round: number;
  /**
   * For a new activity, what is known of its key. `unknown`: it was not looked up. `free`: no activity has it.
   * `unread`: the CRM gave no answer.
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

/** The result of one row of a write. */
export type RowResult =
  /** Written. `fields`: the written values, where they differ from the row. `isUnlinked`: links must still be added. */
  | { readonly kind: 'saved'; readonly id: string; readonly fields?: Fields; readonly isUnlinked?: boolean }
  /** An activity has the key, or may have it. The engine reads it by this id or by its key, and updates it. */
  | { readonly kind: 'there'; readonly id: string | undefined }
  /** The activity was deleted, or the person or company that it is linked to. */
  | { readonly kind: 'gone'; readonly part: 'activity' | 'person' | 'company'; readonly rule?: string }
  /** Send the row again without these fields. Without any name: send it unchanged. */
  | {
      readonly kind: 'dropFields';
      readonly names: readonly string[];
      readonly why: string;
      /** Do not send these values again for an hour. */
      readonly isRemembered?: boolean;
      /** The CRM refused the user as an owner. The engine chooses another owner. */
      readonly isOwnerRefused?: boolean;
    }
  | Later
  | Refused
  /**
   * Refused together with other rows. The engine sends the rows in halves. After too many refusals they get `later`.
   */
  | { readonly kind: 'split'; readonly later: Later }
  /** Nothing else can be written now. The other results of the answer count. */
  | { readonly kind: 'stop'; readonly error: Error };

/** An activity to read: by its id, otherwise by its key. */
export interface ReadRow {
  readonly delivery: Delivery;
  readonly id: string | undefined;
  /** A refused write reported that the activity exists. */
  readonly isThere: boolean;
}

/** The result of reading one activity. */
export type ReadResult =
  | {
      readonly kind: 'shown';
      readonly id: string;
      readonly fields: Fields;
      /** Nobody has changed it since it was made. */
      readonly isUntouched: boolean;
      /** Whether it is linked to a person or company. Undefined: the CRM does not return that with the fields. */
      readonly isLinked?: boolean;
    }
  /** It does not exist. */
  | { readonly kind: 'gone' }
  /** The CRM did not say whether it exists. */
  | { readonly kind: 'unread' }
  /** It probably exists but cannot be read, so only the outcome of the call is written. */
  | { readonly kind: 'hidden'; readonly note?: string }
  | Later
  | Refused;

/** Links to add, each only where the activity has none of its kind. */
export interface LinkRow {
  readonly id: string;
  readonly person: Person;
  /** The activity was just made, without links. */
  readonly isNew: boolean;
}

export interface LinkResult {
  readonly isAdded: boolean;
  /** The links that the CRM refused. */
  readonly refused: readonly ('person' | 'company')[];
}

/** The person that was made for a number, or why none was made. */
export interface MadePerson {
  readonly person: FoundPerson | undefined;
  /** For the trace. */
  readonly note: string;
  /** It can work later: the call waits for a few attempts. */
  readonly later?: { readonly code: string; readonly reason: string };
}

/** What an error that ends a batch means for its calls. */
export interface BatchFailure {
  /** The error for the core when no result of the batch is kept. */
  readonly error: unknown;
  /** True when the destination is unreachable or misconfigured. False for a fault of the adapter. */
  readonly isPause: boolean;
  /** Each call of the batch counts as tried. */
  readonly isCounted?: boolean;
  /** The code for calls without an outcome. */
  readonly code: string;
  readonly reason: string;
  readonly delayMs?: number | undefined;
}

/** Which calls can still use the daily requests: all of them, only calls that have ended, or only final writes. */
export type Budget = 'free' | 'no live updates' | 'final writes only';

/**
 * The port that a CRM adapter gives to the engine. Each function sends one request or a few. It throws only when the
 * whole request failed. {@link Crm.failureOf} then says what the error means.
 */
export interface Crm {
  /** The name for messages: `HubSpot`. */
  readonly name: string;
  readonly tools: AdapterTools;
  /** The prefix of its settings: `HUBSPOT`. */
  readonly settingPrefix: string;
  readonly unmatched: UnmatchedRule;
  /** True when calls appear in the CRM before they end. */
  readonly isLive: boolean;
  /** True: an activity of an open call is updated at each stage. False: only at its end. */
  readonly isUpdatedWhileOpen: boolean;
  /**
   * How duplicates are found. `conflict`: the CRM refuses a second activity with a key. `lookup`: the adapter must
   * read.
   */
  readonly keyFinds: 'conflict' | 'lookup';
  /** The fields that are written once, the fields that always follow the call, and the field that holds the owner. */
  readonly fields: {
    readonly fixed: ReadonlySet<string>;
    readonly outcome: ReadonlySet<string>;
    readonly owner: string;
  };
  readonly owners: Owners;
  readonly refusedValues: RefusedValues;
  readonly people: Pick<PeopleSource, 'rules' | 'searchedIn' | 'searchSize'> & {
    /** The kind of a company, where an activity is linked to a company as to a person. */
    readonly companyObject?: string;
    search(numbers: readonly NumberForms[], signal: AbortSignal): Promise<SearchAnswer>;
    /** The owners that the search did not return, by record id. */
    readOwners?(records: readonly MatchedPerson[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
    /** Makes one person for each number. The CRM keeps the number unique. */
    make(numbers: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, MadePerson>>;
  };
  /**
   * The address of a record in the CRM's own pages, made without a request.
   * @param object the kind of a person or company; undefined for an activity
   */
  linkTo?(object: string | undefined, id: string): string | undefined;
  budget(): Budget;
  /** The most rows in one write at present. */
  rowsMax(): number;
  /** Loads what the mapping needs from the CRM, such as its fields. */
  prepare(deliveries: readonly Delivery[], signal: AbortSignal): Promise<void>;
  /** The fields for a call, without owner and links. */
  mapCall(delivery: Delivery): Fields;
  /** The fields that link an activity to a person, where links are fields. */
  linkFields(person: Person): Fields;
  /** Why the CRM does not accept a field. Undefined: it does. */
  whyNotTaken(name: string): string | undefined;
  /** Normalises a value, so that it stays equal after the CRM has stored it. */
  normal(value: FieldValue | undefined): string;
  /** True for a value that the CRM itself put there. */
  isOurs(name: string, current: FieldValue | undefined): boolean;
  /** Results by delivery id. `names`: the fields to read. */
  read(
    rows: readonly ReadRow[],
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ReadResult>>;
  /** One result for each row, in the same order. */
  create(rows: readonly Row[], signal: AbortSignal): Promise<readonly RowResult[]>;
  /** One result for each row, in the same order. */
  update(rows: readonly Row[], signal: AbortSignal): Promise<readonly RowResult[]>;
  /** Adds links, where links are not fields. One result for each row, in the same order. */
  link(rows: readonly LinkRow[], signal: AbortSignal): Promise<readonly LinkResult[]>;
  failureOf(error: unknown): BatchFailure;
}
