import type { ObjectName } from './org/org-record.ts';

/** How the org is set up. By default it is set up correctly, with the kit's own fields deployed. */
export interface SalesforceStandInOptions {
  /** The current time, in epoch milliseconds. */
  readonly clock?: () => number;
  /** How long an access token is valid. By default until `expireTokens`. */
  readonly tokenLifeMs?: number;
  /** Turns JWT bearer on. The public key is PEM; `aud` may be the stand-in's url or the login host. */
  readonly jwt?: { readonly publicKey: string; readonly username: string };
  /** How long the search does not find a record after a write. Milliseconds, by default 0. */
  readonly indexLagMs?: number;
  /** The limit of API requests in 24 hours. By default 100,000. `usedAtStart`: how many are used, by default 0. */
  readonly dailyLimit?: number;
  readonly usedAtStart?: number;
  /** The kit's own fields that are not deployed or hidden from the user. The API does not distinguish the two. */
  readonly missingFields?: readonly KitField[];
  /** Additional fields, to search in or to map to. */
  readonly extraFields?: readonly ExtraField[];
  /** Changes the definition of a field: `{ 'Task.Jet_Call_Session_Id__c': { unique: false } }`. */
  readonly fieldChanges?: Readonly<Record<string, FieldChange>>;
  /** The org has person accounts. */
  readonly personAccounts?: boolean;
  /** A search returns the contact of a person account besides the account. By default only the account. */
  readonly personContactsFound?: boolean;
  /** The statuses of a task. The first is the default status. By default the five of a new org. */
  readonly taskStatuses?: readonly { readonly label: string; readonly closed: boolean }[];
  /** A search also finds numbers that only end in the digits of a term. The adapter must reject these hits. */
  readonly looseSearch?: boolean;
  /** The error for a duplicate key. `hidden`: it shows `<unknown>` as the id, as for a record hidden from the user. */
  readonly duplicateMessage?: 'names the record' | 'hidden';
  /**
   * The integration user's access to Tasks of other owners. By default `editable`. `hidden`: as in an org with private
   * activities, for Tasks without links.
   */
  readonly othersTasks?: 'editable' | 'read only' | 'hidden';
  /** False: the user cannot create leads. */
  readonly mayCreateLeads?: boolean;
  /** More records than this in one write make a trigger exceed a governor limit. */
  readonly rowsPerWriteMax?: number;
  /**
   * What an unknown field in a request of many records refuses. By default `request`. The real behaviour is unknown.
   */
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
