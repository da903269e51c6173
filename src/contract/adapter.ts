import type { z } from 'zod';
import type { Call } from '../domain/call.ts';
import type { Clock } from '../domain/clock.ts';
import type { Database } from '../domain/database.ts';
import type { Log } from '../domain/log.ts';
import type { Stage } from '../domain/stage.ts';
import type { Outcome } from './outcome.ts';

/** Grows when an adapter that was right becomes wrong. An adapter of another version is refused at start. */
export const contractVersion = 1;

/** An adapter as its folder exports it: data that can be read before anything runs, and one factory. */
export interface AdapterDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** The folder's name; also the word in `ADAPTERS` and the destination's name everywhere. */
  readonly name: string;
  readonly contractVersion: typeof contractVersion;
  /** The adapter's settings. The keys are the names of the environment variables. */
  readonly configSchema: Schema;
  /** Keys of `configSchema` that are never shown, and may come from a file with `_FILE` appended. */
  readonly secrets: readonly (keyof z.output<Schema> & string)[];
  readonly capabilities: Capabilities;
  /**
   * Called once, before anything is delivered. Opens nothing that must be reachable: what is away now may be
   * back when the first batch comes.
   */
  create(config: z.output<Schema>, tools: AdapterTools): Adapter;
}

export interface Capabilities {
  /** The most deliveries in one call of `deliver`. */
  readonly batchSizeMax: number;
  /** At most this many calls of `deliver` in `perMs` milliseconds. Left out: as many as there is work. */
  readonly rateLimit?: { readonly batches: number; readonly perMs: number };
  /**
   * How the destination keeps one record for one key. `native`: it refuses or merges a second one itself.
   * `lookup`: the adapter looks before it writes when an earlier outcome is unknown. `none`: a reply that is
   * lost after the write may leave two.
   */
  readonly idempotency: 'native' | 'lookup' | 'none';
  /** False: only the first landing is made, later revisions are skipped. */
  readonly updates: boolean;
  /**
   * The stages that are worth a landing. A call that has reached none of them waits, and lands as it is when
   * nothing more came for `SETTLE_AFTER`.
   */
  readonly stages: readonly Stage[];
}

export interface AdapterTools {
  /** Bound to the destination's name. */
  readonly log: Log;
  readonly clock: Clock;
  /** Opens a database (`sqlite:`, `postgres:` or `mysql:` URL) under the kit's own rules. */
  openDatabase(url: string): Database;
  /** Brings the kit's own reporting table up to date in a database. Safe to call from several processes. */
  migrateReporting(database: Database): Promise<void>;
}

/** One duty: make the destination show this revision of this call. */
export interface Delivery {
  /** Names the delivery within its batch. */
  readonly id: string;
  /** The same on every attempt and for every revision of one call and adapter: 40 characters of `[a-z0-9-]`. */
  readonly idempotencyKey: string;
  readonly call: Call;
  /** Grows with every change of the call. An older revision must never overwrite a newer one. */
  readonly revision: number;
  /** What an earlier `delivered` named. */
  readonly remoteId: string | undefined;
  /** 1 on the first attempt. Above 1 an earlier outcome may be unknown. */
  readonly attempt: number;
  /** True when the call's end never came and it lands as it is. */
  readonly incomplete: boolean;
}

/** Something that `check` found. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'fault';
  readonly message: string;
  /** What the operator can do about it; for warnings and faults. */
  readonly remedy?: string;
}

/** A running adapter. It keeps no state at module level and reads no environment. */
export interface Adapter {
  /** Looks whether credentials, permissions and fields are right. Reads only: it changes nothing. */
  check(signal: AbortSignal): Promise<readonly Finding[]>;
  /**
   * Makes ready what is the kit's own at the destination (its reporting table). Called when a worker takes hold
   * of the destination, before the first batch. Left out: nothing to make ready.
   */
  prepare?(signal: AbortSignal): Promise<void>;
  /**
   * Lands a batch of at most `batchSizeMax` deliveries, no two of the same call. Answers exactly one outcome for
   * each, by id, in any order. A missing, repeated or unknown id counts as a fault of the adapter, and that
   * delivery is tried again.
   *
   * When `signal` aborts, it returns or throws promptly and claims nothing that did not land.
   *
   * @throws DestinationUnavailable when the destination as a whole is away: the batch waits
   * @throws AdapterMisconfigured when credentials or settings are refused: the destination waits
   */
  deliver(batch: readonly Delivery[], signal: AbortSignal): Promise<readonly Outcome[]>;
  /** Frees what `create` and later calls opened. May be called twice. */
  close(): Promise<void>;
}

/** Gives a definition its type, so that `create` sees its own settings. */
export function defineAdapter<Schema extends z.ZodObject>(
  definition: AdapterDefinition<Schema>,
): AdapterDefinition<Schema> {
  return definition;
}
