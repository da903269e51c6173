import { isList, type RefusedItem } from '../intake/read-body.ts';
import { isFault, type PushReading } from '../intake/read-push.ts';
import type { Destination } from '../store/deliveries.ts';
import { createPushId } from '../store/push-id.ts';
import { storePushes, type StoredPush } from '../store/pushes.ts';
import { markReplayed, quarantineBody, type QuarantinedBody } from '../store/quarantine.ts';
import type { SecretKeys } from '../store/secret-keys.ts';
import type { Store } from '../store/store.ts';
import { readRemoved } from '../store/upkeep/tombstones.ts';
import type { Reading } from './open-body.ts';

/** What a replay needs, from a command or from the console. */
export interface ReplayDependencies {
  readonly store: Store;
  readonly destinations: readonly Destination[];
  readonly secretKeys: SecretKeys;
  /** The limit of the quarantine, for items of a list that are still refused. */
  readonly quarantineBytesMax: number;
  /** True for a preview: nothing is written. */
  readonly changesNothing: boolean;
}

/** The result for one body. */
export interface Replayed {
  /** In words, such as "stored as call_end" or "still refused: not_a_call". */
  readonly result: string;
  /** True when at least one push of the body is stored, or would be. */
  readonly isStored: boolean;
}

/**
 * Stores the pushes of a quarantined body that can be read now.
 *
 * @param isRepaired keeps the original bytes in the quarantine, because the stored push differs from them
 */
export async function replayBody(
  dependencies: ReplayDependencies,
  quarantined: QuarantinedBody,
  reading: Reading,
  isRepaired = false,
): Promise<Replayed> {
  if ('code' in reading) return { result: `still refused: ${reading.code}`, isStored: false };
  if (isList(reading)) return replayList(dependencies, quarantined, reading.items, isRepaired);
  const { result, pushId, isStored } = await replayPush(dependencies, quarantined, reading);
  if (pushId !== undefined) await markReplayed(dependencies.store, quarantined.id, pushId, isRepaired);
  return { result, isStored };
}

/** Stores the items of a list. An item that is still refused goes into the quarantine by itself. */
async function replayList(
  dependencies: ReplayDependencies,
  quarantined: QuarantinedBody,
  items: readonly (PushReading | RefusedItem)[],
  isRepaired: boolean,
): Promise<Replayed> {
  const { changesNothing } = dependencies;
  let stored = 0;
  let firstPushId: string | undefined;
  for (const item of items) {
    const replayed: ReplayedPush = isFault(item)
      ? { result: item.detail, isStored: false }
      : await replayPush(dependencies, quarantined, item);
    if (replayed.isStored) stored += 1;
    else if (!changesNothing) await keepItem(dependencies, quarantined, item, replayed.result);
    firstPushId ??= replayed.pushId;
  }
  if (firstPushId !== undefined)
    await markReplayed(dependencies.store, quarantined.id, firstPushId, isRepaired);
  const verb = changesNothing ? 'would be stored' : 'stored';
  return { result: `${verb} as a list, ${stored} of ${items.length} items`, isStored: stored > 0 };
}

async function keepItem(
  { store, quarantineBytesMax }: ReplayDependencies,
  { pathStage, firstReceivedAtMs }: QuarantinedBody,
  item: PushReading | RefusedItem,
  detail: string,
): Promise<void> {
  const [code, text] = isFault(item) ? [item.code, item.text] : ['not_storable', item.body];
  const kept = { contentType: 'application/json', contentEncoding: undefined, pathStage };
  const refused = { ...kept, code, detail, body: Buffer.from(text) };
  await quarantineBody(store, refused, quarantineBytesMax, firstReceivedAtMs);
}

interface ReplayedPush extends Replayed {
  /** Set when the push was stored now or before. */
  readonly pushId?: string;
}

async function replayPush(
  { store, destinations, secretKeys, changesNothing }: ReplayDependencies,
  { firstReceivedAtMs: receivedAtMs, pathStage }: QuarantinedBody,
  reading: PushReading,
): Promise<ReplayedPush> {
  const refused = (reason: string): ReplayedPush => ({
    result: `still refused: ${reason}`,
    isStored: false,
  });
  const removed = await readRemoved(store.reader.knex, [reading.callId], secretKeys);
  if (removed.size > 0) return refused('its call was removed');
  if (changesNothing) return { result: `would be stored as ${reading.stage}`, isStored: true };
  const push = { ...reading, id: createPushId(receivedAtMs), receivedAtMs, pathStage };
  let stored: StoredPush | undefined;
  try {
    [stored] = await storePushes(store, [push], destinations, Date.now(), secretKeys);
  } catch (error) {
    if (!store.writer.isDataError(error)) throw error;
  }
  if (stored === undefined) return refused('the database refuses it');
  if (stored.setAside === 'call_removed') return refused('its call was removed');
  if (stored.setAside === 'call_full') return refused('its call already has the maximum number of pushes');
  const result = stored.duplicate
    ? 'was stored before, so nothing was written'
    : `stored as ${reading.stage}`;
  return { result, pushId: stored.pushId, isStored: true };
}
