import type { AdapterDefinition } from '../../src/contract/adapter.ts';
import type { Call } from '../../src/domain/call.ts';
import type { JsonValue } from '../../src/domain/jet-fields.ts';

/** The faults that a stand-in destination can stage. A sentence that needs a missing one is skipped with this name. */
export const faultNames = [
  /** It refuses the credentials of every request. */
  'refused credentials',
  /** It asks for a pause, and says how long. */
  'a request to slow down',
  /** It answers every request with an internal error. */
  'a server error',
  /** It accepts requests, does nothing and never answers. */
  'silence',
  /** It does what a request asks, and then cuts the connection instead of answering. */
  'a reply lost after the write',
  /** It refuses one record and accepts the others. */
  'one refused record',
  /** It waits for seconds before it does what a request asks. */
  'slowness',
] as const;

export type FaultName = (typeof faultNames)[number];

export type Fault =
  | { readonly name: Exclude<FaultName, 'a request to slow down' | 'one refused record' | 'slowness'> }
  | { readonly name: 'a request to slow down'; readonly retryAfterMs: number }
  | { readonly name: 'slowness'; readonly delayMs: number }
  /** `key` is the delivery's idempotency key, `callId` its call's id. Use the one that the destination stores. */
  | { readonly name: 'one refused record'; readonly key: string; readonly callId: string };

/** A record that really landed, as the destination holds it. It never comes from the adapter. */
export interface LandedRecord {
  /** The key of the record: the delivery's idempotency key, or the call's id. */
  readonly key: string;
  /** The destination's own id, if `delivered` names one. */
  readonly remoteId?: string | undefined;
  /** The call's duration as the destination shows it. The kit distinguishes revisions by it. */
  readonly durationSeconds: number | undefined;
  /** The destination's own id of the record's person. Undefined: it has none. */
  readonly personId?: string | undefined;
  /**
   * The record in the form of `preview`, with the members that can be read back. Needed unless `showsNothing` is set.
   */
  readonly shown?: Readonly<Record<string, JsonValue>>;
}

/** A stand-in for the real destination. Each sentence opens an empty one. */
export interface StandIn {
  /** Settings for reaching the stand-in. They override the sample settings. */
  readonly settings: Readonly<Record<string, string>>;
  /** Everything that landed. */
  records(): Promise<readonly LandedRecord[]>;
  /** Adds a person with a phone number as people type it, and returns the person's id. Needed with `searchesPeople`. */
  readonly addPerson?: (phone: string) => Promise<string>;
  /** Misbehaves like this from now on, with a fault in `faults`. Undefined: behaves normally. */
  stage(fault: Fault | undefined): Promise<void>;
  close(): Promise<void>;
}

/** The description of an adapter for the kit. */
export interface AdapterSubject {
  readonly definition: AdapterDefinition;
  /** The adapter's folder: the parent of its test's folder. */
  readonly folder: string;
  /** Valid settings, as the environment would give them. Secrets need at least 8 characters. */
  readonly sampleSettings: Readonly<Record<string, string>>;
  /** The faults that the stand-in can stage. Sentences that need others are skipped by name. */
  readonly faults: readonly FaultName[];
  /**
   * Instead of staging `one refused record`: changes a call so that the destination or the adapter refuses it under any
   * settings.
   */
  readonly unacceptable?: (call: Call) => Call;
  /** The adapter searches for the person behind a number. The stand-in must then offer `addPerson`. */
  readonly searchesPeople?: true;
  /**
   * The destination itself compares revisions and keeps the newer one. The kit then lets a second process write an
   * older one late. Otherwise that sentence is skipped by name.
   */
  readonly comparesRevisions?: true;
  /** The stand-in cannot show a record in the form of `preview`. That sentence is skipped by name. */
  readonly showsNothing?: true;
  openStandIn(): Promise<StandIn>;
}
