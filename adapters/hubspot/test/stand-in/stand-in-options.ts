import type { ObjectType } from './request-kind.ts';

/** A contact or company that exists before the test. */
export interface RecordSeed {
  /** Generated when omitted. */
  readonly id?: string;
  /**
   * As people typed them: `phone`, `mobilephone`, `associatedcompanyid`, `hubspot_owner_id`, … The stand-in calculates
   * numbers from them as HubSpot does, and takes times from the clock. A value that is given here wins.
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
  /** Values of an enumeration. Without any, every value is valid. */
  readonly options?: readonly string[];
}

export interface HubspotStandInOptions {
  /** Epoch milliseconds, for limits, index lag and modification times. By default the system's clock. */
  readonly clock?: () => number;
  /** The valid token. */
  readonly token?: string;
  /** HubSpot reports scopes only for tokens of private apps. By default `private app`. */
  readonly tokenKind?: 'private app' | 'service key';
  /** The scopes of the token. By default all that the API uses. */
  readonly scopes?: readonly string[];
  /** IANA zone of the account: the daily limit starts again at its midnight. By default Australia/Sydney. */
  readonly timeZone?: string;
  /**
   * ISO country for calculating numbers without a plus. By default AU. `unknown`: only numbers with a plus have an
   * E.164 form.
   */
  readonly country?: string;
  readonly contacts?: readonly RecordSeed[];
  readonly companies?: readonly RecordSeed[];
  readonly owners?: readonly OwnerSeed[];
  /** Properties in addition to the built-in ones. One with a built-in name replaces it. */
  readonly properties?: Readonly<Partial<Record<ObjectType, readonly PropertySeed[]>>>;
  /** Properties that a rule of the portal requires. A write that leaves one empty is refused. */
  readonly requires?: Readonly<Partial<Record<ObjectType, readonly string[]>>>;
  /**
   * Numbered versions that have ended, so that their paths answer 404: those of v3 and v4, or also those of /oauth/.
   * By default none.
   */
  readonly ended?: 'v3 and v4' | 'all numbered';
  /** Built-in properties that this portal lacks. */
  readonly lacks?: Readonly<Partial<Record<ObjectType, readonly string[]>>>;
  /** Whether calls can have a unique property. `refused` answers 400. By default `accepted`. */
  readonly uniqueOnCalls?: 'accepted' | 'refused';
  /**
   * How a second record with the same unique value is refused: 400 VALIDATION_ERROR with CONFLICTING_UNIQUE_VALUE
   * (default), or 409 CONFLICT.
   */
  readonly uniqueConflict?: 'validation' | 'conflict';
  /** How an association with a missing record is refused: 404 (default) or 400. */
  readonly unknownAssociation?: 404 | 400;
  /** Whether a batch update names missing ids in a 207, or omits them. By default `named`. */
  readonly missingOnUpdate?: 'named' | 'silent';
  /**
   * How a batch read is answered when none of its ids exists: 207 with an error for them (default), or a 404 that names
   * none of them, or all.
   */
  readonly noneThereOnRead?: 207 | 404 | '404 with ids';
  /** How a batch read is answered when only some ids exist: 207 (default), or a 404 that names none. */
  readonly someThereOnRead?: 207 | 404;
  /** The batches that treat rows separately when every input has its own trace id. Only `create` is documented. */
  readonly partial?: readonly ('create' | 'update' | 'upsert')[];
  /** How long a search still shows the old state of a new, changed or deleted record. By default 0. */
  readonly indexLagMs?: number;
  readonly limits?: {
    /** Requests in ten seconds. By default 100. */
    readonly burst?: number;
    /** Requests in a day. By default 250,000. */
    readonly daily?: number;
    /** Searches in a second. By default 5. */
    readonly searches?: number;
  };
}
