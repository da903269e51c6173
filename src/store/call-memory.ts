import { LRUCache } from 'lru-cache';
import type { Push } from '../domain/push.ts';

/** The stored pushes of some calls, with the revisions of those calls. A call that is not stored has no revision. */
export interface Standing {
  readonly pushes: Push[];
  readonly revisions: Map<string, number>;
  /** The characters of each call's pushes together, as they are stored. */
  readonly lengths: Map<string, number>;
}

/**
 * Remembers the calls that this process stored lately, ended ones too: a repeat or a correction can still come. The next
 * push of such a call needs no read. A remembered call can be stale, because another process can change it. So nothing that is taken from
 * here is reported before a write that checks the revisions.
 * Why: docs/decisions/databases.md
 */
export interface CallMemory {
  /** What is remembered of some calls. A call that is not remembered looks like a new one. */
  recall(callIds: readonly string[]): Standing;
  /** Remembers a call that was just stored with these pushes. */
  keep(call: RememberedCall): void;
  forget(callIds: readonly string[]): void;
}

export interface RememberedCall {
  readonly callId: string;
  readonly revision: number;
  readonly pushes: readonly Push[];
  readonly length: number;
}

const callsMax = 2_000;
const lengthMax = 2 * 1024 * 1024;
// A call that is longer has many pushes, and reading it costs little beside folding it.
const lengthOfCallMax = 32 * 1024;

export function createCallMemory(): CallMemory {
  const calls = new LRUCache<string, RememberedCall>({
    max: callsMax,
    maxSize: lengthMax,
    maxEntrySize: lengthOfCallMax,
    sizeCalculation: ({ length }) => Math.max(1, length),
  });
  const forget = (callIds: readonly string[]): void => callIds.forEach((id) => calls.delete(id));

  return {
    recall(callIds) {
      const standing: Standing = { pushes: [], revisions: new Map(), lengths: new Map() };
      for (const id of callIds) {
        const call = calls.get(id);
        if (call === undefined) continue;
        standing.pushes.push(...call.pushes);
        standing.revisions.set(id, call.revision);
        standing.lengths.set(id, call.length);
      }
      return standing;
    },
    keep(call) {
      calls.set(call.callId, { ...call, pushes: call.pushes.map(withoutBody) });
    },
    forget,
  };
}

/** A push as it is read from the store, so that its body does not stay in memory. */
function withoutBody({ id, callId, stage, contentHash, receivedAtMs, fields, extra }: Push): Push {
  return { id, callId, stage, contentHash, receivedAtMs, fields, extra };
}
