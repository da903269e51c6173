import type { Logger } from 'pino';
import type { CoreSettings } from '../config/core-schema.ts';
import type { Settings } from '../config/read-settings.ts';
import type { AdapterDefinition } from '../contract/adapter.ts';
import type { Clock } from '../domain/clock.ts';
import { limitLog, type LimitedLog } from '../domain/limited-log.ts';
import { within } from '../domain/within.ts';
import { createMetrics, type Metrics } from '../http/metrics.ts';
import { createNoteRefusal, type NoteRefusal } from '../http/note-refusal.ts';
import { readBacklog, readLastPushMs } from '../store/backlog.ts';
import { createRefusalTally, type RefusalTally } from '../store/lookup/refusal-tally.ts';
import { addRefused } from '../store/lookup/refused-requests.ts';
import type { SecretKeys } from '../store/secret-keys.ts';
import { createStoreGate, type StoreGate } from '../store/store-gate.ts';
import { probeStore, type Store } from '../store/store.ts';
import { watchStoreFile, type FileWatch } from '../store/watch-file.ts';

/** The objects that the parts of one receiver share. */
export interface Kit extends KitParts {
  readonly gate: StoreGate;
  readonly watch: FileWatch;
  readonly metrics: Metrics;
  readonly refusals: RefusalTally;
  readonly noteRefusal: NoteRefusal;
  /** Called after this process has stored pushes. */
  readonly onStored: Set<() => void>;
  /** Called when the receiver begins to stop. */
  readonly onClosing: Set<() => void>;
  /** For events that strangers can cause: the number of lines is limited. */
  readonly limitedLog: LimitedLog;
}

/** The kit of a process that receives pushes. */
export type ReceivingKit = Kit & { readonly secretKeys: SecretKeys };

/** The parts from which a kit is made. */
export interface KitParts {
  readonly store: Store;
  readonly core: CoreSettings;
  /** Undefined for a process that only delivers. */
  readonly secretKeys: SecretKeys | undefined;
  readonly log: Logger;
  readonly clock: Clock;
  /** The settings with those of the adapters, and the enabled adapters. */
  readonly settings: Settings;
  readonly adapters: readonly AdapterDefinition[];
}

// SQLite itself waits up to 5 s for a lock, and a slow disk or a busy machine needs more.
export const storeAnswersWithinMs = 10_000;
const reportWithinMs = 2_000;

export function createKit(parts: KitParts): Kit {
  const { store, core, log, clock } = parts;
  const watch = watchStoreFile(store, log);
  const gate = createGate(store, watch, log);
  // A scrape must not wait long.
  const report = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (!(await gate.canStore())) throw new Error('The store cannot take a push now');
    return within(reportWithinMs, work());
  };
  const metrics = createMetrics(
    clock,
    () => report(() => readBacklog(store, core.ADAPTERS, clock())),
    () => report(() => readLastPushMs(store)),
  );
  const refusals = createRefusalTally({
    write: (refused) => addRefused(store, refused),
    canWrite: gate.isOpen,
    ...{ clock, log },
  });
  const noteRefusal = createNoteRefusal(refusals, metrics, {
    headerName: core.WEBHOOK_HEADER_NAME,
    secrets: [core.WEBHOOK_HEADER_VALUE, core.WEBHOOK_HEADER_VALUE_PREVIOUS, core.METRICS_TOKEN].filter(
      (secret) => secret !== undefined,
    ),
  });
  return {
    ...{ ...parts, gate, watch, metrics, refusals, noteRefusal },
    onStored: new Set(),
    onClosing: new Set(),
    limitedLog: limitLog(log),
  };
}

export function isReceiving(kit: Kit): kit is ReceivingKit {
  return kit.secretKeys !== undefined;
}

function createGate(store: Store, watch: FileWatch, log: Logger): StoreGate {
  return createStoreGate({
    answersWithinMs: storeAnswersWithinMs,
    quickMs: 1_000,
    probeEveryMs: 500,
    isAway: (error) => store.writer.isAway(error),
    isInPlace: () => watch.findLoss() === undefined,
    probe: () => probeStore(store),
    onChange: (isOpen) => {
      if (isOpen) log.info({}, 'The store answers again');
      else log.error({}, 'The store does not answer. Until it does, pushes are answered 503 at once');
    },
  });
}
