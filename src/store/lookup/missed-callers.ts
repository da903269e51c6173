import type { Knex } from 'knex';
import type { StatusMap } from '../../domain/call-status.ts';
import type { Store } from '../store.ts';
import { addConditions, type CallFilter } from './call-filter.ts';

/** The callers who did not get through, and had neither an answered call nor a call back since. */
export interface MissedCallers {
  readonly waiting: number;
  /** True if there are more missed calls than this search reads. */
  readonly isMore: boolean;
}

/** The most missed calls, and the most abandoned calls, that one search reads. */
export const missedCallsMax = 500;

/** Counts the callers that wait for a call back. Callers without a number are not counted. */
export async function readMissedCallers(
  store: Store,
  statusMap: StatusMap,
  sinceMs: number,
): Promise<MissedCallers> {
  const { knex } = store.reader;
  // A revision is never below the time of receipt, so it limits the search to the latest calls.
  const missedOf = async (status: 'missed' | 'abandoned'): Promise<ListedRow[]> => {
    const select = (): Knex.QueryBuilder => {
      const query = knex('calls').where('calls.revision', '>=', sinceMs);
      addConditions(query, { status, direction: 'inbound' }, statusMap);
      return query;
    };
    // This reads only the index of the list. The few calls themselves are read afterwards.
    const revisions = await select()
      .orderBy('calls.revision', 'desc')
      .limit(missedCallsMax)
      .pluck<number[]>('revision');
    return select().whereIn('calls.revision', revisions).select<ListedRow[]>('counterpart', 'revision');
  };
  const lists = [await missedOf('missed'), await missedOf('abandoned')];
  const missed = new Map<string, number>();
  for (const { counterpart, revision } of lists.flat())
    if (counterpart !== null) missed.set(counterpart, Math.max(missed.get(counterpart) ?? 0, revision));
  if (missed.size === 0) return { waiting: 0, isMore: false };

  const latestOf = async (filter: CallFilter): Promise<ContactRow[]> => {
    const query = knex('calls')
      .whereIn('calls.counterpart', [...missed.keys()])
      .where('calls.revision', '>=', sinceMs);
    addConditions(query, filter, statusMap);
    return query
      .groupBy('counterpart')
      .select<ContactRow[]>('counterpart', knex.raw('max(revision) as latest'));
  };
  for (const filter of [{ status: 'answered' }, { direction: 'outbound' }] as const)
    for (const { counterpart, latest } of await latestOf(filter))
      if (Number(latest) > (missed.get(counterpart) ?? Infinity)) missed.delete(counterpart);
  return { waiting: missed.size, isMore: lists.some((list) => list.length >= missedCallsMax) };
}

interface ListedRow {
  counterpart: string | null;
  revision: number;
}

interface ContactRow {
  counterpart: string;
  latest: number | string;
}
