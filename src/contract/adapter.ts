import type { z } from 'zod';
import type { JsonValue } from '../domain/jet-fields.ts';
import type { Stage } from '../domain/stage.ts';
import type { AdapterTools } from './adapter-tools.ts';
import type { Comparison } from './comparison.ts';
import type { Delivery } from './delivery.ts';
import type { Outcome } from './outcome.ts';

/**
 * Grows when a change can break a correct adapter. The receiver refuses an adapter of another version at start.
 * `adapters/README.md` lists the changes that keep the version.
 */
export const contractVersion = 2;

/**
 * The export of an adapter's folder: data that can be read before anything runs, and one factory.
 * Why: docs/decisions/adapter-contract.md
 */
export interface AdapterDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /**
   * The folder's name. `ADAPTERS` and all other places name the destination by it. Deliveries are stored under this
   * name: a renamed adapter is a new destination that has received nothing.
   */
  readonly name: string;
  /**
   * The contract version that the adapter was written for, as a literal number. The receiver refuses any other at
   * start.
   */
  readonly contractVersion: number;
  /**
   * The adapter's settings. Each key is the name of an environment variable, and each value comes as text. The message
   * of a fault continues after the name ("must be a port number") and never holds the value.
   */
  readonly configSchema: Schema;
  /** Keys of `configSchema` that are never shown. Each can also come from a file: append `_FILE` to its name. */
  readonly secrets: readonly (keyof z.output<Schema> & string)[];
  /** What the adapter can do. The worker chooses batch size, pace and retries from it. */
  readonly capabilities: Capabilities;
  /** The capabilities that depend on the settings. Omit it when none do. */
  capabilitiesFor?(config: z.output<Schema>): Partial<Capabilities>;
  /**
   * Exactly what `deliver` would send for one delivery, without a request to the destination. It assumes that no person
   * was found and that nothing has landed before. Must be pure. `adapter:try` shows it, and the kit compares it with
   * the reviewed `samples.json`.
   * @param nowMs the time of the landing, for fields that hold it. Epoch milliseconds.
   */
  preview(delivery: Delivery, config: z.output<Schema>, nowMs: number): JsonValue;
  /**
   * Called once, before the first delivery. It must not need the network: an unreachable destination may be reachable
   * again when the first batch comes. Import a vendor's library only when it is first needed.
   * @throws AdapterMisconfigured when settings that are valid alone contradict each other
   */
  create(config: z.output<Schema>, tools: AdapterTools): Adapter;
}

/** The destination's limits and guarantees. The core obeys them. */
export interface Capabilities {
  /** The largest batch that `deliver` accepts. At least 1. */
  readonly batchSizeMax: number;
  /**
   * About how many requests the destination counts against its limit for one full batch, searches included. A person
   * sees the estimate before a replay. Omit it when requests are not counted.
   */
  readonly requestsPerBatch?: number;
  /** At most this many calls of `deliver` in `perMs` milliseconds. Omit it for no limit. */
  readonly rateLimit?: { readonly batches: number; readonly perMs: number };
  /**
   * How the destination keeps one record for each key.
   * - `native`: the destination itself refuses or merges a second record.
   * - `lookup`: the adapter looks the key up before it writes when an earlier outcome is unknown. The core records a
   *   first attempt before it makes it.
   * - `none`: when a reply is lost after the write, a duplicate can appear. The operator is warned.
   */
  readonly idempotency: 'native' | 'lookup' | 'none';
  /** False: each call lands once. Later revisions never reach the adapter and count as skipped. */
  readonly updates: boolean;
  /**
   * The stages at which a call is delivered. A call that has reached none of them waits. When no push comes for
   * `SETTLE_AFTER`, the call is delivered in its present state.
   */
  readonly stages: readonly Stage[];
}

/** One result of `check`. */
export interface Finding {
  /** `fault`: it cannot work. `warning`: it works with a limitation. `ok`: no problem was found here. */
  readonly level: 'ok' | 'warning' | 'fault';
  /** One sentence, without secrets. */
  readonly message: string;
  /** What the operator can do, for a warning or a fault. */
  readonly remedy?: string;
}

/** A running adapter. It keeps no state at module level and does not read the environment. */
export interface Adapter {
  /**
   * Checks credentials, permissions and fields. It only reads. Every problem is a finding and not an error, even
   * refused credentials.
   */
  check(signal: AbortSignal): Promise<readonly Finding[]>;
  /**
   * Creates what the adapter needs at the destination and a person must approve, such as a property or a field. Called
   * by `npm run adapter:setup`, never by the receiver. It can be repeated: existing things stay. Each thing that it
   * made, found or could not make is a finding. Omit it when the adapter needs nothing.
   */
  setup?(signal: AbortSignal): Promise<readonly Finding[]>;
  /**
   * Prepares what belongs to the kit at the destination, such as its reporting table. Called when a worker takes the
   * destination's lease, before the first batch. Omit it when nothing needs preparing.
   * @throws DestinationUnavailable, AdapterMisconfigured as `deliver` does
   */
  prepare?(signal: AbortSignal): Promise<void>;
  /**
   * Lands a batch of at most `batchSizeMax` deliveries. No two are of the same call, and none is older than the
   * revision that landed last. Must not change the batch.
   * Returns exactly one outcome for each delivery, by id and in any order. A missing, repeated or unknown id counts as
   * a fault of the adapter, and that delivery is retried.
   * When `signal` aborts, `deliver` must return or throw within a second. It must not report a landing that did not
   * happen.
   * Any error other than the two below counts as a fault of the adapter. The core then tries each delivery alone, so
   * that one bad call does not delay the others.
   * @throws DestinationUnavailable when the whole destination is unreachable: the batch waits
   * @throws AdapterMisconfigured when credentials or settings are refused: the destination waits
   */
  deliver(batch: readonly Delivery[], signal: AbortSignal): Promise<readonly Outcome[]>;
  /**
   * Says what `deliver` would change at the destination for one delivery now, and writes nothing there. It may read,
   * within the same limits as `deliver`. An operator asks for it on the page of a call. Omit it when nothing can be
   * read.
   * @throws DestinationUnavailable, AdapterMisconfigured as `deliver` does
   */
  compare?(delivery: Delivery, signal: AbortSignal): Promise<Comparison>;
  /** Frees everything that `create` and later calls opened. It can be called twice. */
  close(): Promise<void>;
}

/** Gives a definition its type, so that `create` and `preview` know their own settings. */
export function defineAdapter<Schema extends z.ZodObject>(
  definition: AdapterDefinition<Schema>,
): AdapterDefinition<Schema> {
  return definition;
}

/** The adapter's capabilities under these settings. */
export function capabilitiesUnder(
  definition: AdapterDefinition,
  config: Readonly<Record<string, unknown>>,
): Capabilities {
  return { ...definition.capabilities, ...definition.capabilitiesFor?.(config) };
}
