import type { CallRecord } from '../../domain/fold.ts';
import { createJsonTexts } from '../rows/json-texts.ts';
import { lockInOrder, inLockOrder } from '../../database/lock-order.ts';
import { inTransaction } from '../../database/transaction.ts';
import { callRows } from '../rows/call-rows.ts';
import { keepSetting, readKeptSetting } from '../kept-settings.ts';
import type { Store } from '../store.ts';

/**
 * One step of filling the columns by which calls are listed, for calls that were stored before these columns were
 * added. The newest calls come first. The position is stored with each step, so an interrupted fill continues where it
 * stopped.
 *
 * @param callsMax the number of calls in one step
 * @returns the number of filled calls; undefined when all calls are filled
 */
export async function fillListed(store: Store, callsMax: number): Promise<number | undefined> {
  const from = await readKeptSetting(store, 'calls_to_list');
  if (from === undefined) return undefined;
  const revisions = await store.reader
    .knex('calls')
    .where('revision', '<=', Number(from))
    .orderBy('revision', 'desc')
    .limit(callsMax)
    .pluck<number[]>('revision');
  const oldest = revisions.at(-1);
  if (oldest === undefined) {
    await store.writer.knex('settings').where({ name: 'calls_to_list' }).delete();
    return undefined;
  }
  return inTransaction(store.writer, async (transaction) => {
    // A range, so that calls with the same revision come together.
    const ids = await transaction('calls')
      .whereBetween('revision', [oldest, Number(from)])
      .pluck<string[]>('id');
    await lockInOrder(store.writer, transaction('calls').whereIn('id', ids), 'id');
    const rows = await transaction('calls')
      .whereIn('id', ids)
      .whereNull('started_at')
      .select<{ id: string; revision: number; record: string }[]>('id', 'revision', 'record');
    const revised = inLockOrder(rows, ({ id }) => id).map(({ record, revision }) => ({
      call: JSON.parse(record) as CallRecord,
      revision,
    }));
    await store.writer.upsert(transaction, callRows(revised, createJsonTexts()));
    await keepSetting(store, 'calls_to_list', String(oldest - 1), transaction);
    return revised.length;
  });
}

/** True while calls of an earlier version are still missing from filters and searches. */
export async function isFillingListed(store: Store): Promise<boolean> {
  return (await readKeptSetting(store, 'calls_to_list')) !== undefined;
}
