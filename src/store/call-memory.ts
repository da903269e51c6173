import { LRUCache } from 'lru-cache';
import type { Push } from '../domain/push.ts';

/** The stored pushes of some calls, with the revisions of those calls. A call that is not stored has no revision. */
export interface CurrentCalls {
  readonly pushes: Push[];
  readonly revisions: Map<string, number>;
  /** The characters of each call's pushes together, as they are stored. */
  readonly lengths: Map<string, number>;
}

/**
 * Remembers the calls that this process stored recently, including ended calls, because a repeat or a correction can
 * still come. The next push of such a call needs no read. A remembered call can be stale, because another process or
 * group can change it. So a result from this memory is reported only after a write that checks the revisions.
 * Why: docs/decisions/databases.md
 */
export interface CallMemory {
  /** The remembered state of some calls. A call that is not remembered looks like a new one. */
  recall(callIds: readonly string[]): CurrentCalls;
  /** Remembers a call that was just stored with these pushes. */
  keep(call: RememberedCall): void;
  forget(callIds: readonly string[]): void;
}

export interface RememberedCall {
  readonly callId: string;
  readonly revision: number;
  /** The JSON texts of its pushes. */
  readonly pushes: readonly string[];
  readonly length: number;
}

const callsMax = 2_000;
const lengthMax = 2 * 1024 * 1024;
// Folding a longer call costs much more than reading it, so the memory would save little.
const lengthOfCallMax = 32 * 1024;

/** A remembered call. One text costs the garbage collector far less than the hundred values of its pushes. */
interface Kept {
  readonly revision: number;
  /** The pushes as JSON. */
  readonly pushes: string;
  readonly length: number;
}

export function createCallMemory(): CallMemory {
  const calls = new LRUCache<string, Kept>({
    max: callsMax,
    maxSize: lengthMax,
    maxEntrySize: lengthOfCallMax,
    sizeCalculation: ({ length }) => Math.max(1, length),
  });
  const forget = (callIds: readonly string[]): void => callIds.forEach((id) => calls.delete(id));

  return {
    recall(callIds) {
      const current: CurrentCalls = { pushes: [], revisions: new Map(), lengths: new Map() };
      for (const id of callIds) {
        const call = calls.get(id);
        if (call === undefined) continue;
        current.pushes.push(...(JSON.parse(call.pushes) as Push[]));
        current.revisions.set(id, call.revision);
        current.lengths.set(id, call.length);
      }
      return current;
    },
    keep({ callId, revision, pushes, length }) {
      calls.set(callId, { revision, pushes: `[${pushes.join(',')}]`, length });
    },
    forget,
  };
}
