import type { AdapterDefinition } from '../../src/contract/adapter.ts';
import type { Call } from '../../src/domain/call.ts';
import type { JsonValue } from '../../src/domain/jet-fields.ts';

/** How a stand-in destination can be told to misbehave, each in the words that name what is skipped without it. */
export const faultNames = [
  /** It refuses the credentials of every request. */
  'refused credentials',
  /** It asks to be left alone for a while, and says for how long. */
  'a request to slow down',
  /** It answers every request with an error of its own. */
  'a server error',
  /** It takes requests, does nothing and never answers. */
  'silence',
  /** It does what a request asks and cuts the connection instead of answering. */
  'a reply lost after the write',
  /** It refuses one record, and takes its neighbours. */
  'one refused record',
  /** It waits for seconds before it does what a request asks. */
  'slowness',
] as const;

export type FaultName = (typeof faultNames)[number];

export type Fault =
  | { readonly name: Exclude<FaultName, 'a request to slow down' | 'one refused record' | 'slowness'> }
  | { readonly name: 'a request to slow down'; readonly retryAfterMs: number }
  | { readonly name: 'slowness'; readonly delayMs: number }
  /** `key` is the delivery's idempotency key, `callId` its call's id: whichever the destination files it under. */
  | { readonly name: 'one refused record'; readonly key: string; readonly callId: string };

/** A record that really landed, as the destination holds it: never as the adapter tells it. */
export interface LandedRecord {
  /** What it is filed under: the delivery's idempotency key, or the call's id. */
  readonly key: string;
  /** The destination's own id, when `delivered` names one. */
  readonly remoteId?: string | undefined;
  /** The call's duration as the destination shows it: what the kit tells one revision from another by. */
  readonly durationSeconds: number | undefined;
  /** The destination's own id of the person whom the record belongs to. Undefined: it belongs to nobody. */
  readonly personId?: string | undefined;
  /** In the form of `preview`, as many of its members as can be read back. Needed unless `showsNothing` is set. */
  readonly shown?: Readonly<Record<string, JsonValue>>;
}

/** A destination that stands in for the real one: opened for each sentence, empty. */
export interface StandIn {
  /** Settings under which the adapter reaches it, over the sample settings. */
  readonly settings: Readonly<Record<string, string>>;
  /** Everything that landed. */
  records(): Promise<readonly LandedRecord[]>;
  /** Adds a person with a phone number as people type it. Answers the person's id. Needed with `searchesPeople`. */
  readonly addPerson?: (phone: string) => Promise<string>;
  /** Misbehaves like this from now on; undefined: behaves. Only with a fault that the subject names. */
  stage(fault: Fault | undefined): Promise<void>;
  close(): Promise<void>;
}

/** What the kit needs to know of an adapter to examine it. */
export interface AdapterSubject {
  readonly definition: AdapterDefinition;
  /** The adapter's folder: the parent of its test's folder. */
  readonly folder: string;
  /** Settings that are right, as the environment would give them; secrets of at least 8 characters. */
  readonly sampleSettings: Readonly<Record<string, string>>;
  /** The faults that the stand-in can stage. Every other one is reported as skipped, by name. */
  readonly faults: readonly FaultName[];
  /**
   * Instead of staging `one refused record`: changes a call so that the destination, or the adapter for it, refuses
   * it whatever the settings are.
   */
  readonly unacceptable?: (call: Call) => Call;
  /** The adapter searches for the person behind a number. Then the stand-in must offer `addPerson`. */
  readonly searchesPeople?: true;
  /**
   * The destination compares revisions by itself and keeps the newer one. Then the kit lets a second process write an
   * older one late. Otherwise that sentence is skipped, by name.
   */
  readonly comparesRevisions?: true;
  /** The stand-in cannot tell what a record holds in the form of `preview`: that sentence is skipped, by name. */
  readonly showsNothing?: true;
  openStandIn(): Promise<StandIn>;
}
