import type { ObjectName } from './org-record.ts';

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
  /** Search answers the contact of a person account too, beside the account. Default: the account alone. */
  readonly personContactsFound?: boolean;
  /** Statuses of a task, in order; the first is the default. Default: the five that a new org has. */
  readonly taskStatuses?: readonly { readonly label: string; readonly closed: boolean }[];
  /** Search also finds numbers that only end in the digits of a term: hits that must be verified. */
  readonly looseSearch?: boolean;
  /** What a refused duplicate key says. `hidden`: `<unknown>` for its id, as when the user may not see the record. */
  readonly duplicateMessage?: 'names the record' | 'hidden';
  /**
   * What the integration user may do with Tasks that others own, as the sharing of activities leaves it. Default
   * `editable`; `hidden` as in an org with private activities, of Tasks that hang on nothing.
   */
  readonly othersTasks?: 'editable' | 'read only' | 'hidden';
  /** False: the user lacks the right to make leads. */
  readonly mayCreateLeads?: boolean;
  /** A trigger of the org needs so much for each record that more of them in one write exceed a governor limit. */
  readonly rowsPerWriteMax?: number;
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
