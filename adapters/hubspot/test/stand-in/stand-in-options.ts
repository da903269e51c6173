import type { ObjectType } from './request-kind.ts';

/** A contact or company as it is before the test. */
export interface RecordSeed {
  /** Made when left out. */
  readonly id?: string;
  /**
   * As people typed them: `phone`, `mobilephone`, `associatedcompanyid`, `hubspot_owner_id`, … The calculated numbers
   * are made from them as HubSpot does, and the moments from the clock; one that is given here wins.
   */
  readonly properties: Readonly<Record<string, string>>;
}

export interface OwnerSeed {
  readonly id: string;
  readonly email: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly archived?: boolean;
}

export type PropertyType = 'string' | 'number' | 'datetime' | 'enumeration' | 'bool';

export interface PropertySeed {
  readonly name: string;
  readonly label?: string;
  readonly type?: PropertyType;
  readonly hasUniqueValue?: boolean;
  readonly readOnly?: boolean;
  /** Values of an enumeration; none: every value goes. */
  readonly options?: readonly string[];
}

export interface HubspotStandInOptions {
  /** Epoch milliseconds; limits, index lag and modification times follow it. The system's unless given. */
  readonly clock?: () => number;
  /** The token that is right. */
  readonly token?: string;
  /** HubSpot tells the scopes of a private app's token alone. `private app` unless given. */
  readonly tokenKind?: 'private app' | 'service key';
  /** The scopes of the token; all that the API asks for unless given. */
  readonly scopes?: readonly string[];
  /** IANA zone of the account: the daily limit starts anew at its midnight. Australia/Sydney unless given. */
  readonly timeZone?: string;
  /**
   * ISO country under which numbers without a plus are calculated, AU unless given; `unknown`: only those with a plus
   * have an E.164 form.
   */
  readonly country?: string;
  readonly contacts?: readonly RecordSeed[];
  readonly companies?: readonly RecordSeed[];
  readonly owners?: readonly OwnerSeed[];
  /** Properties that the portal has beside the built-in ones; one of a built-in name replaces it. */
  readonly properties?: Readonly<Partial<Record<ObjectType, readonly PropertySeed[]>>>;
  /** Properties that a rule of the portal requires: a write that leaves one empty is refused. */
  readonly requires?: Readonly<Partial<Record<ObjectType, readonly string[]>>>;
  /**
   * Paths with a numbered version that have ended and are answered 404: those of v3 and v4, or those of /oauth/ too.
   * None unless given.
   */
  readonly ended?: 'v3 and v4' | 'all numbered';
  /** Built-in properties that this portal lacks. */
  readonly lacks?: Readonly<Partial<Record<ObjectType, readonly string[]>>>;
  /** Whether a unique property may be created on calls: answers 400 when `refused`. `accepted` unless given. */
  readonly uniqueOnCalls?: 'accepted' | 'refused';
  /**
   * How a second record with the same unique value is refused: 400 VALIDATION_ERROR with CONFLICTING_UNIQUE_VALUE
   * (unless given), or 409 CONFLICT.
   */
  readonly uniqueConflict?: 'validation' | 'conflict';
  /** How an association with a record that is not there is refused: 404 (unless given) or 400. */
  readonly unknownAssociation?: 404 | 400;
  /** Whether a batch update tells of ids that are not there (207), or leaves them out. `told` unless given. */
  readonly missingOnUpdate?: 'told' | 'silent';
  /**
   * How a batch read is answered when none of its ids is there: 207 with an error for them (unless given), or a 404
   * that names none of them, or all.
   */
  readonly noneThereOnRead?: 207 | 404 | '404 with ids';
  /** How one is answered of which only some are there: 207 (unless given), or a 404 that names none. */
  readonly someThereOnRead?: 207 | 404;
  /** The batches that take rows one by one when every input has its own trace id. `create` alone is documented. */
  readonly partial?: readonly ('create' | 'update' | 'upsert')[];
  /** How long a new, changed or deleted record is not seen so by search. 0 unless given. */
  readonly indexLagMs?: number;
  readonly limits?: {
    /** Requests in ten seconds; 100 unless given. */
    readonly burst?: number;
    /** Requests in a day; 250,000 unless given. */
    readonly daily?: number;
    /** Searches in a second; 5 unless given. */
    readonly searches?: number;
  };
}
