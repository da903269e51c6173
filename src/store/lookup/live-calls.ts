import type { Store } from '../store.ts';
import { readListedDeliveries, readRevisionCalls, type ListedCall } from './list-calls.ts';

/** Finds calls that changed. Each look returns only the calls that changed since the previous look. */
export interface LiveCalls {
  look(nowMs: number): Promise<readonly ListedCall[]>;
}

// Another process can commit a revision shortly after a higher one, and clocks differ.
const overlapMs = 15_000;
// The most changed calls of one look, and the most calls whose deliveries are followed.
const changedMax = 200;
const followedMax = 200;

/**
 * Follows the calls of all processes by their revisions. A call comes again when one of its deliveries changes.
 *
 * @param after the revision after which calls are new
 */
export function createLiveCalls(store: Store, after: number): LiveCalls {
  // The number of calls with each revision of the overlap, at the last look.
  let seen = new Map<number, number>();
  let position = after;
  let isFirst = true;
  const followed = new Map<string, ListedCall>();

  const readRevisions = async (from: number): Promise<Map<number, number>> => {
    const revisions = await store.reader
      .knex('calls')
      .where('revision', '>', from)
      .orderBy('revision', 'desc')
      .limit(changedMax)
      .pluck<number[]>('revision');
    const counts = new Map<number, number>();
    for (const revision of revisions) counts.set(revision, (counts.get(revision) ?? 0) + 1);
    return counts;
  };

  const readLanded = async (): Promise<ListedCall[]> => {
    const now = await readListedDeliveries(store, [...followed.keys()]);
    return [...followed].flatMap(([id, listed]) => {
      const deliveries = now.get(id) ?? [];
      return JSON.stringify(deliveries) === JSON.stringify(listed.deliveries)
        ? []
        : [{ ...listed, deliveries }];
    });
  };

  const follow = (calls: readonly ListedCall[]): void => {
    for (const listed of calls) {
      followed.delete(listed.call.id);
      // A call without deliveries has none yet, or no destination is enabled.
      if (listed.deliveries.some(({ state }) => state === 'due')) followed.set(listed.call.id, listed);
    }
    for (const id of [...followed.keys()].slice(0, Math.max(0, followed.size - followedMax)))
      followed.delete(id);
  };

  return {
    async look(nowMs) {
      // A clock that was set back leaves revisions in the future. They must not hide new calls.
      const from = isFirst ? position : Math.min(position, nowMs) - overlapMs;
      const counts = await readRevisions(from);
      const changed = [...counts].filter(
        ([revision, count]) => revision > after && seen.get(revision) !== count,
      );
      isFirst = false;
      seen = counts;
      for (const [revision] of counts) position = Math.max(position, revision);
      const calls = await readRevisionCalls(
        store,
        changed.map(([revision]) => revision),
      );
      for (const { call } of calls) followed.delete(call.id);
      const landed = await readLanded();
      follow([...calls, ...landed]);
      return [...calls, ...landed];
    },
  };
}

/** The newest revision. 0 when there is no call. */
export async function readNewestRevision(store: Store): Promise<number> {
  const [row] = await store.reader.knex('calls').max<{ revision: number | null }[]>({ revision: 'revision' });
  return row?.revision ?? 0;
}

/** The calls that changed after a revision, at most the newest `limit`. */
export async function readChangedCalls(store: Store, after: number, limit: number): Promise<ListedCall[]> {
  const revisions = await store.reader
    .knex('calls')
    .where('revision', '>', after)
    .orderBy('revision', 'desc')
    .limit(limit)
    .pluck<number[]>('revision');
  return readRevisionCalls(store, [...new Set(revisions)]);
}
