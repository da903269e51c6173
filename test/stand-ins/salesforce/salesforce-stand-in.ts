import type { JsonValue } from '../../../src/domain/jet-fields.ts';

/** A record of the stand-in, by the API names of its fields. A field without a value is null or left out. */
export type Fields = Readonly<Record<string, JsonValue | undefined>>;

/** The objects that the stand-in knows. The last three only so that a task can be related to one. */
export type ObjectName =
  'Task' | 'Contact' | 'Lead' | 'Account' | 'User' | 'TaskStatus' | 'Opportunity' | 'Case' | 'Campaign';

/** How the org is set up. Everything may be left out: an org that is right, with the kit's own fields deployed. */
export interface SalesforceStandInOptions {
  /** Now, in epoch milliseconds. */
  readonly clock?: () => number;
  /** How long an access token is good for. Left out: until `expireTokens`. */
  readonly tokenLifeMs?: number;
  /** Turns JWT bearer on. The public key is PEM; `aud` may be the stand-in's url or the login host. */
  readonly jwt?: { readonly publicKey: string; readonly username: string };
  /** How long a record that is written through the API, or by a person, stays unknown to search. Default 0. */
  readonly indexLagMs?: number;
  /** API requests in 24 hours, and how many are used up at the start. Default 100,000 and 0. */
  readonly dailyLimit?: number;
  readonly usedAtStart?: number;
  /** The kit's own fields that are not deployed, or that the user may not see: the API cannot tell the two apart. */
  readonly missingFields?: readonly KitField[];
  /** Further fields: of people, to be searched or mapped to. */
  readonly extraFields?: readonly ExtraField[];
  /** Changes what describe says of a field, and what is enforced: `{ 'Task.Jet_Call_Session_Id__c': { unique: false } }`. */
  readonly fieldChanges?: Readonly<Record<string, FieldChange>>;
  /** The org has person accounts. */
  readonly personAccounts?: boolean;
  /** Statuses of a task, in order; the first is the default. Default: the five that a new org has. */
  readonly taskStatuses?: readonly { readonly label: string; readonly closed: boolean }[];
  /** Search also finds numbers that only end in the digits of a term: hits that must be verified. */
  readonly looseSearch?: boolean;
  /** What a refused duplicate key says. `hidden`: `<unknown>` for its id, as when the user may not see the record. */
  readonly duplicateMessage?: 'names the record' | 'hidden';
  /** What becomes of an unknown field in a request of many records. Not known of the real one; default `request`. */
  readonly unknownFieldRefuses?: 'request' | 'record';
}

export type KitField = 'Task.Jet_Call_Session_Id__c' | 'Lead.Jet_Caller_Number__c';

export interface ExtraField {
  readonly object: ObjectName;
  readonly name: string;
  readonly type:
    'string' | 'textarea' | 'phone' | 'int' | 'double' | 'boolean' | 'date' | 'datetime' | 'picklist';
  readonly length?: number;
  /** A restricted picklist's values. */
  readonly values?: readonly string[];
  readonly required?: boolean;
}

export interface FieldChange {
  readonly externalId?: boolean;
  readonly unique?: boolean;
  readonly caseSensitive?: boolean;
  readonly createable?: boolean;
  readonly updateable?: boolean;
  readonly length?: number;
  readonly values?: readonly string[];
  readonly required?: boolean;
}

/** What a request is, as faults and counts name it. */
export type RequestKind =
  | 'token'
  | 'search'
  | 'query'
  | 'describe'
  | 'retrieve'
  /** Records created by POST, one or many. */
  | 'create'
  /** Records changed by id, one or many. */
  | 'update'
  /** By an external id, one or many. */
  | 'upsert'
  | 'composite'
  | 'limits'
  | 'other';

/** Where a fault strikes: kinds, or all that write, all that read, all with a token, or truly all. Default `api`. */
export type FaultScope = RequestKind | readonly RequestKind[] | 'writes' | 'reads' | 'api' | 'everything';

/** How it misbehaves. The words say what happens on the wire. */
export type SalesforceFault =
  /** Nothing is done, and the connection is cut. */
  | { readonly name: 'reset before the write' }
  /** All is done, and the connection is cut without an answer. */
  | { readonly name: 'reset after the write' }
  /** The first half of the records (or subrequests) is written, and the connection is cut. */
  | { readonly name: 'reset in the middle of the write' }
  /** All is done; headers and half of the body come, then the connection is cut. */
  | { readonly name: 'reset in the middle of the answer' }
  /** All is done; headers and half of the body come, and nothing more ever. */
  | { readonly name: 'headers then silence' }
  /** Nothing is done and nothing ever comes. */
  | { readonly name: 'silence' }
  /** It waits first. Whoever has left by then gets nothing done. */
  | { readonly name: 'slow answer'; readonly delayMs: number }
  /** All is done, and the answer is a page with status 200. */
  | { readonly name: 'html' }
  /** All is done, and the answer is an array of one item less, with status 200. A search or query loses its list. */
  | { readonly name: 'wrong length' }
  /** All is done, and the answer is 200 without a body. */
  | { readonly name: 'empty answer' }
  /** Nothing is done: 302 to `location`, by default a login page. */
  | { readonly name: 'redirect'; readonly location?: string }
  /** Nothing is done. 401 INVALID_SESSION_ID, whatever the token. */
  | { readonly name: 'session refused' }
  /** 400 of the token endpoint; only with the scope `token` or `everything`. */
  | {
      readonly name: 'token refused';
      readonly error: 'invalid_client' | 'invalid_client_id' | 'invalid_grant';
    }
  /** 503 SERVER_UNAVAILABLE. Nothing is done. */
  | { readonly name: 'unavailable'; readonly retryAfterMs?: number }
  /** 500 UNKNOWN_EXCEPTION. Nothing is done. */
  | { readonly name: 'unknown exception' }
  /** 429. Nothing is done. */
  | { readonly name: 'too many requests'; readonly retryAfterMs?: number }
  /** 403 REQUEST_LIMIT_EXCEEDED. Nothing is done. */
  | { readonly name: 'limit exceeded'; readonly limit: 'TotalRequests' | 'ConcurrentRequests' }
  /** 403 of another code: API_DISABLED_FOR_ORG, STORAGE_LIMIT_EXCEEDED... Nothing is done. */
  | { readonly name: 'forbidden'; readonly errorCode: string; readonly message?: string }
  /** 410, as for a version that is retired. Nothing is done. */
  | { readonly name: 'retired version' }
  /** Any other status with a body. Nothing is done. */
  | {
      readonly name: 'answer';
      readonly status: number;
      readonly body: JsonValue;
      readonly contentType?: string;
    }
  /** Some records of a write are refused with this error, and their neighbours are taken. */
  | ItemFault;

export interface ItemFault {
  readonly name: 'item refused';
  /** `UNABLE_TO_LOCK_ROW`, `FIELD_CUSTOM_VALIDATION_EXCEPTION`, ... */
  readonly statusCode: string;
  readonly message?: string;
  readonly fields?: readonly string[];
  /** Which records: what is stored of it, with what is being written over it. Left out: all of the request. */
  readonly when?: (record: Fields, object: ObjectName) => boolean;
}

/** A request as it came, with what became of it. */
export interface RecordedRequest {
  readonly kind: RequestKind;
  readonly method: string;
  /** With its query, as it stood on the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON; form fields of a token request without their values of secrets; undefined without a body. */
  readonly body: unknown;
  /** The text of a search or a query. */
  readonly text: string | undefined;
  readonly atMs: number;
  /** Undefined while there is no answer, and for ever when the connection was cut before one. */
  readonly status: number | undefined;
  /** The fault that struck it. */
  readonly fault: SalesforceFault['name'] | undefined;
}

/** What came over the wire. */
export interface RequestLog {
  readonly all: readonly RecordedRequest[];
  of(kind: RequestKind): readonly RecordedRequest[];
  /** Requests that count against the daily limit: all but those for tokens. */
  billable(): number;
  billableByKind(): Readonly<Partial<Record<RequestKind, number>>>;
  tokenRequests(): number;
  /** The SOSL of each search, in order. */
  searches(): readonly string[];
  /** Most requests with a token that were ever under way at one moment. */
  mostAtOnce(): number;
  /** Forgets what came before. The daily limit does not. */
  clear(): void;
}

/** What people do in the org with their own hands: no rule of the API applies, and `LastModifiedById` is a person. */
export interface People {
  /** The id of the user that does it, unless records say otherwise. */
  readonly userId: string;
  /** Changes any record: a subject, a description, links, a phone number. */
  edit(id: string, fields: Fields): void;
  /** To the recycle bin: the API says ENTITY_IS_DELETED. `purge`: out of it, and nobody knows the id any more. */
  delete(id: string, options?: { readonly purge?: boolean }): void;
  /** Contacts, leads or accounts: the others are deleted, and their tasks move to the first. */
  merge(keptId: string, ...otherIds: readonly string[]): void;
  /** Makes a contact and an account of a lead, and moves its tasks. Says their ids. */
  convert(leadId: string): { readonly contactId: string; readonly accountId: string };
}

/** A Salesforce org that stands in for the real one, on loopback. What it is sure of and what not: see README.md. */
export interface SalesforceStandIn {
  /** `http://127.0.0.1:port`: login host, My Domain and instance in one. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The user that the tokens belong to. */
  readonly integrationUserId: string;
  readonly log: RequestLog;
  readonly people: People;
  /**
   * Puts a record there as if it had been for long: search knows it, `LastModifiedDate` may be given. Nothing of it
   * is checked. An account with `IsPersonAccount: true` gets its contact and `PersonContactId`.
   *
   * @returns its id, 18 characters
   */
  add(object: ObjectName, fields: Fields): string;
  /** What is there, in the order of creation; the deleted are left out. */
  records(object: ObjectName): readonly Fields[];
  /** One record with all its fields, deleted ones (`IsDeleted`) too. */
  record(id: string): Fields | undefined;
  /** Misbehaves so: the next request in scope, or the next `times`, or `Infinity`. Several queue up. */
  stage(fault: SalesforceFault, options?: { readonly on?: FaultScope; readonly times?: number }): void;
  /** Behaves again. */
  behave(): void;
  /** Every token that was given out is refused from now on. */
  expireTokens(): void;
  /** Refuses every record of an object that fits. Said as FIELD_CUSTOM_VALIDATION_EXCEPTION with this message. */
  validationRule(object: ObjectName, message: string, refuses: (record: Fields) => boolean): void;
  /** A lead, contact or account that fits is refused as a duplicate of these records. */
  duplicateRule(object: ObjectName, matches: (record: Fields) => readonly string[]): void;
  /**
   * Somebody holds these records: whatever must lock one is refused with UNABLE_TO_LOCK_ROW. A task locks itself and
   * its account, who and what; a new one that is completed or has no date locks nothing.
   */
  lock(...ids: readonly string[]): void;
  unlock(...ids: readonly string[]): void;
  /** Sets what the daily limit has used up. */
  use(requests: number): void;
  close(): Promise<void>;
}

/** Opens one, empty but for its users, on a port of its own. */
export function startSalesforceStandIn(_options: SalesforceStandInOptions = {}): Promise<SalesforceStandIn> {
  throw new Error('It is being built');
}
