import type { z } from 'zod';
import type { JsonValue } from '../domain/jet-fields.ts';
import type { Stage } from '../domain/stage.ts';
import type { AdapterTools } from './adapter-tools.ts';
import type { Delivery } from './delivery.ts';
import type { Outcome } from './outcome.ts';

/**
 * Grows when an adapter that was right becomes wrong. An adapter of another version is refused at start.
 * `adapters/README.md` says what may change without it.
 */
export const contractVersion = 2;

/**
 * An adapter as its folder exports it: data that can be read before anything runs, and one factory.
 * Why: docs/decisions/adapter-contract.md
 */
export interface AdapterDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /**
   * The folder's name; also the word in `ADAPTERS` and the destination's name everywhere. Deliveries are kept under
   * it: renamed, it is a new destination, where nothing has landed.
   */
  readonly name: string;
  /** The version that it is written for, as a number of its own. Another than ours is refused at start. */
  readonly contractVersion: number;
  /**
   * The adapter's settings. The keys are the names of the environment variables, and values come as text. A fault's
   * message reads on from the name ("is a port number") and never holds the value.
   */
  readonly configSchema: Schema;
  /** Keys of `configSchema` that are never shown, and may come from a file with `_FILE` appended. */
  readonly secrets: readonly (keyof z.output<Schema> & string)[];
  /** What it can do: the worker batches, paces and repeats by it. */
  readonly capabilities: Capabilities;
  /** Where settings decide what it can do: what is different under them. Left out: nothing is. */
  capabilitiesFor?(config: z.output<Schema>): Partial<Capabilities>;
  /**
   * Exactly what `deliver` would send for one delivery, as far as it can be told without asking the destination: no
   * person was found, nothing has landed before. Pure. `adapter:try` shows it, and the kit compares it with the
   * reviewed `samples.json`.
   *
   * @param nowMs the moment of landing, for what is written with a time. Epoch milliseconds.
   */
  preview(delivery: Delivery, config: z.output<Schema>, nowMs: number): JsonValue;
  /**
   * Called once, before anything is delivered. Opens nothing that must be reachable: what is away now may be back
   * when the first batch comes. A vendor's library is best imported when it is first needed.
   *
   * @throws AdapterMisconfigured when settings that look right by themselves contradict one another
   */
  create(config: z.output<Schema>, tools: AdapterTools): Adapter;
}

/** What a destination takes and promises. The core keeps to it. */
export interface Capabilities {
  /** The most deliveries in one call of `deliver`. At least 1. */
  readonly batchSizeMax: number;
  /** At most this many calls of `deliver` in `perMs` milliseconds. Left out: as many as there is work. */
  readonly rateLimit?: { readonly batches: number; readonly perMs: number };
  /**
   * How the destination keeps one record for one key. `native`: it refuses or merges a second one itself.
   * `lookup`: the adapter looks before it writes when an earlier outcome is unknown; a first landing is then noted
   * before it is tried. `none`: a reply that is lost after the write may leave two, and the operator is told so.
   */
  readonly idempotency: 'native' | 'lookup' | 'none';
  /** False: only the first landing is made; later revisions never reach the adapter and count as skipped. */
  readonly updates: boolean;
  /**
   * The stages that are worth a landing. A call that has reached none of them waits. It lands as it is
   * when nothing more came for `SETTLE_AFTER`.
   */
  readonly stages: readonly Stage[];
}

/** Something that `check` found. */
export interface Finding {
  /** `fault`: it does not work so. `warning`: it works, but not as it might. `ok`: this was looked at. */
  readonly level: 'ok' | 'warning' | 'fault';
  /** One sentence, without secrets. */
  readonly message: string;
  /** What the operator can do about it; for warnings and faults. */
  readonly remedy?: string;
}

/** A running adapter. It keeps no state at module level and reads no environment. */
export interface Adapter {
  /**
   * Looks whether credentials, permissions and fields are right. Reads only: it changes nothing. What it finds wrong
   * is a finding and not an error, refused credentials too.
   */
  check(signal: AbortSignal): Promise<readonly Finding[]>;
  /**
   * Makes what the adapter needs of its own at the destination and a person decides about (a property, a field).
   * Called by `npm run adapter:setup`, never by the receiver. May be repeated: what is there stays. What it made,
   * found or could not make is a finding. Left out: there is nothing to set up.
   */
  setup?(signal: AbortSignal): Promise<readonly Finding[]>;
  /**
   * Makes ready what is the kit's own at the destination (its reporting table). Called when a worker takes hold
   * of the destination, before the first batch, and again after each take-over. Left out: nothing to make ready.
   *
   * @throws DestinationUnavailable, AdapterMisconfigured as `deliver` does
   */
  prepare?(signal: AbortSignal): Promise<void>;
  /**
   * Lands a batch of at most `batchSizeMax` deliveries, no two of the same call and none older than what landed
   * last. Answers exactly one outcome for
   * each, by id, in any order. A missing, repeated or unknown id counts as a fault of the adapter, and that
   * delivery is tried again. The batch is not to be changed.
   *
   * When `signal` aborts, it returns or throws promptly (within a second) and claims nothing that did not land.
   *
   * Any other error than these two is a fault of the adapter: the core tries the batch one by one, so that one bad
   * call does not hold up its neighbours.
   *
   * @throws DestinationUnavailable when the destination as a whole is away: the batch waits
   * @throws AdapterMisconfigured when credentials or settings are refused: the destination waits
   */
  deliver(batch: readonly Delivery[], signal: AbortSignal): Promise<readonly Outcome[]>;
  /** Frees what `create` and later calls opened. May be called twice. */
  close(): Promise<void>;
}

/** Gives a definition its type, so that `create` and `preview` see their own settings. */
export function defineAdapter<Schema extends z.ZodObject>(
  definition: AdapterDefinition<Schema>,
): AdapterDefinition<Schema> {
  return definition;
}

/** What an adapter can do under its settings. */
export function capabilitiesUnder(
  definition: AdapterDefinition,
  config: Readonly<Record<string, unknown>>,
): Capabilities {
  return { ...definition.capabilities, ...definition.capabilitiesFor?.(config) };
}
