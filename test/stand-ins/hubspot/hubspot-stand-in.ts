import type { FaultAim, HubspotFault, HubspotFaultName } from './faults.ts';
import type { ObjectType, RequestKind } from './request-kind.ts';

/** A contact or company as it is before the test. */
export interface RecordSeed {
  /** Made when left out. */
  readonly id?: string;
  /**
   * As people typed them: `phone`, `mobilephone`, `associatedcompanyid`, `hubspot_owner_id`, … The calculated numbers
   * are made from them as HubSpot does; one that is given here wins.
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

export interface PropertySeed {
  readonly name: string;
  readonly label?: string;
  readonly type?: 'string' | 'number' | 'datetime' | 'enumeration' | 'bool';
  readonly hasUniqueValue?: boolean;
  readonly readOnly?: boolean;
  /** Values of an enumeration. */
  readonly options?: readonly string[];
}

export interface HubspotStandInOptions {
  /** Epoch milliseconds; limits, index lag and modification times follow it. The system's unless given. */
  readonly clock?: () => number;
  /** The token that is right. */
  readonly token?: string;
  /** The scopes of the token; all that the API asks for unless given. */
  readonly scopes?: readonly string[];
  /** ISO country under which national numbers are calculated; none (`undefined` given): only those with a plus. */
  readonly country?: string | undefined;
  readonly contacts?: readonly RecordSeed[];
  readonly companies?: readonly RecordSeed[];
  readonly owners?: readonly OwnerSeed[];
  /** Properties that the portal has beside the built-in ones; one of a built-in name replaces it. */
  readonly properties?: Readonly<Partial<Record<ObjectType, readonly PropertySeed[]>>>;
  /** Built-in properties that this portal lacks. */
  readonly lacks?: Readonly<Partial<Record<ObjectType, readonly string[]>>>;
  /** Whether a unique property may be created on calls: answers 400 when `refused`. */
  readonly uniqueOnCalls?: 'accepted' | 'refused';
  /** How a second record with the same unique value is refused: 400 with CONFLICTING_UNIQUE_VALUE, or 409 CONFLICT. */
  readonly uniqueConflict?: 'validation' | 'conflict';
  /** How long a new or changed record is not found by search. 0 unless given. */
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

/** A record as the portal holds it. Deleted ones are not told. */
export interface PortalRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  /** The ids of the contacts and companies that it is associated with. */
  readonly contacts: readonly string[];
  readonly companies: readonly string[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** A request that came, faulty ones included. */
export interface SeenRequest {
  readonly kind: RequestKind;
  readonly method: string;
  /** With its query, from the slash on. */
  readonly path: string;
  /** `legacy` (v3, v4), or the dated version. */
  readonly apiVersion: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed as JSON; the text where it is none; undefined where there is none. */
  readonly body: unknown;
  readonly atMs: number;
  readonly socket: 'fresh' | 'reused';
  /** The status that was answered, if any was. */
  readonly status: number | undefined;
  /** True when a staged fault met it. */
  readonly faulty: boolean;
}

/** What people do in the portal while the adapter is at work. */
export interface Person {
  /** Edits properties, without any of the API's rules. */
  edit(type: ObjectType, id: string, properties: Readonly<Record<string, string>>): void;
  /** Sets which contacts and companies a call is on; what is left out stays. */
  link(callId: string, to: { contacts?: readonly string[]; companies?: readonly string[] }): void;
  add(type: 'contacts' | 'companies', seed: RecordSeed): string;
  remove(type: ObjectType, id: string): void;
  /** Merges the second contact into the first: its id keeps leading to the first. */
  merge(type: 'contacts' | 'companies', survivorId: string, goneId: string): void;
  archiveOwner(id: string): void;
  /** Takes a scope from the token, or the token itself. */
  revoke(scope?: string): void;
}

export interface HubspotStandIn {
  /** No slash at the end: `HUBSPOT_BASE_URL`. */
  readonly url: string;
  readonly token: string;
  readonly person: Person;
  records(type: ObjectType): readonly PortalRecord[];
  record(type: ObjectType, id: string): PortalRecord | undefined;
  /** Meets the next request that fits, or as many as told. Several wait in the order in which they were staged. */
  stage(fault: HubspotFaultName | HubspotFault, aim?: FaultAim): void;
  /** Takes back every fault that still waits. */
  unstage(): void;
  /**
   * Refuses each record of which a property holds one of these texts, with a row of VALIDATION_ERROR, as a rule of
   * the account would; an empty list refuses nothing.
   */
  refuse(texts: readonly string[]): void;
  /** The requests that came since the start, or the last `forget`; of these kinds only. */
  requests(...kinds: readonly RequestKind[]): readonly SeenRequest[];
  /** How many came, by kind. */
  counts(): Readonly<Partial<Record<RequestKind, number>>>;
  forget(): void;
  close(): Promise<void>;
}

/**
 * A HubSpot portal on loopback that enforces what the real one does, and misbehaves on request.
 *
 * @param options what the portal is like
 */
export function startHubspotStandIn(options: HubspotStandInOptions = {}): Promise<HubspotStandIn> {
  return Promise.reject(new Error(`Not built yet: ${JSON.stringify(options)}`));
}
