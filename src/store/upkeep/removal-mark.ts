import type { RemovalMark } from '../../domain/removal-doubt.ts';
import { keepSetting, readKeptSetting } from '../kept-settings.ts';
import type { Store } from '../store.ts';

const name = 'removal_mark';

/**
 * The results of the last housekeeping runs. A store without a mark begins with its first start, or else with its
 * newest push. The clock counts as right at that time.
 */
export async function readRemovalMark(store: Store, nowMs: number): Promise<RemovalMark> {
  const kept = await readKeptSetting(store, name);
  if (kept !== undefined) {
    // JSON omits undefined values.
    const { seenMs, beforeMs, doubt } = JSON.parse(kept) as Pick<RemovalMark, 'seenMs'> &
      Partial<RemovalMark>;
    return { seenMs, beforeMs, doubt };
  }
  const firstStart = (await readKeptSetting(store, 'first_started_at'))?.split(' ')[0];
  const newest = await store.reader
    .knex('pushes')
    .orderBy('id', 'desc')
    .first<Received | undefined>('received_at');
  const seenMs = firstStart === undefined ? (newest?.received_at ?? nowMs) : Number(firstStart);
  return { seenMs: Math.min(seenMs, nowMs), beforeMs: undefined, doubt: undefined };
}

export async function keepRemovalMark(store: Store, mark: RemovalMark): Promise<void> {
  await keepSetting(store, name, JSON.stringify(mark));
}

/** The time of the oldest push or refused body. Undefined when there is none. */
export async function readOldestMs({ reader: { knex } }: Store): Promise<number | undefined> {
  const push = await knex('pushes').orderBy('id').first<Received | undefined>('received_at');
  const body = await knex('quarantine').orderBy('id').first<LastReceived | undefined>('last_received_at');
  const times = [push?.received_at, body?.last_received_at].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

interface Received {
  received_at: number;
}

interface LastReceived {
  last_received_at: number;
}
