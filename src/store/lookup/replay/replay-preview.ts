import type { Destination } from '../../deliveries.ts';
import { readRemoved } from '../../upkeep/tombstones.ts';
import type { SecretKeys } from '../../secret-keys.ts';
import type { Store } from '../../store.ts';
import { readKnownDestinations } from '../delivery-groups.ts';
import type { PassedOver, Replayable, ReplayFilter } from './replay-filter.ts';
import { byTime, countReplayable, readFirstReplayable, type CountBounds } from './count-replayable.ts';
import { replayPasses } from './replay-passes.ts';

/** The result that a replay would have. A preview changes nothing. */
export interface ReplayPreview {
  readonly destinations: readonly DestinationPreview[];
  /** The calls of the filter that the store does not have. */
  readonly absent: readonly AbsentCall[];
}

export interface DestinationPreview {
  readonly name: string;
  /**
   * The number of matching deliveries, by the reason why the job passes them over. `none` counts the deliveries that the
   * job would make due.
   */
  readonly counts: ReadonlyMap<PassedOver, number>;
  /** True when the limit was reached, so that there can be more. */
  readonly isMore: boolean;
  /** The first deliveries that would be made due. */
  readonly first: readonly Replayable[];
}

export interface AbsentCall {
  readonly id: string;
  /** True if the call was removed after its retention. False if the store knows nothing about it. */
  readonly isRemoved: boolean;
}

export interface PreviewOptions {
  /** The limits of each count. Undefined counts all deliveries. */
  readonly bounds?: CountBounds | undefined;
  /** How many of the first deliveries are shown for each destination. */
  readonly firstMax: number;
  /** The keys that distinguish removed calls from unknown ones. */
  readonly secretKeys?: SecretKeys | undefined;
}

// The first deliveries are among the first rows, or are not shown.
const firstBounds = { rows: 10_000 };

/**
 * Counts what a filter finds, and reads the first deliveries of each destination.
 * @param destinations the enabled ones
 */
export async function previewReplay(
  store: Store,
  filter: ReplayFilter,
  destinations: readonly Destination[],
  { bounds, firstMax, secretKeys }: PreviewOptions,
  nowMs: number,
): Promise<ReplayPreview> {
  const known = await readKnownDestinations(store.reader.knex);
  const disabled = known.filter((name) => !destinations.some((enabled) => enabled.name === name));
  const times = { nowMs, madeAtMs: nowMs };
  const previews = new Map<string, DestinationPreview>();
  for (const walk of replayPasses(filter, destinations, disabled)) {
    let pass = walk;
    let count = await countReplayable(store, pass, filter, times, bounds);
    const canGoOn = count.isMore && bounds?.isLate?.() !== true;
    const other = canGoOn ? byTime(pass, filter) : undefined;
    if (other !== undefined) {
      pass = other;
      count = await countReplayable(store, pass, filter, times, bounds);
    }
    const { deliveries, isMore } = count;
    const { name } = pass.destination;
    const before = previews.get(name) ?? { name, counts: new Map(), isMore: false, first: [] };
    const wanted = Math.min(firstMax - before.first.length, deliveries.get('none') ?? 0);
    const first =
      pass.isEnabled && wanted > 0
        ? await readFirstReplayable(store, pass, filter, times, bounds ?? firstBounds, wanted)
        : [];
    previews.set(name, {
      name,
      counts: added(before.counts, deliveries),
      isMore: before.isMore || isMore,
      first: [...before.first, ...first],
    });
  }
  return { destinations: [...previews.values()], absent: await readAbsent(store, filter, secretKeys) };
}

function added(
  counts: ReadonlyMap<PassedOver, number>,
  more: ReadonlyMap<PassedOver, number>,
): Map<PassedOver, number> {
  const sum = new Map(counts);
  for (const [why, count] of more) sum.set(why, (sum.get(why) ?? 0) + count);
  return sum;
}

async function readAbsent(
  { reader: { knex } }: Store,
  { callIds = [] }: ReplayFilter,
  secretKeys: SecretKeys | undefined,
): Promise<AbsentCall[]> {
  if (callIds.length === 0) return [];
  const there = new Set(
    await knex('calls')
      .whereIn('id', [...callIds])
      .pluck<string[]>('id'),
  );
  const absent = [...new Set(callIds)].filter((id) => !there.has(id));
  const removed = secretKeys === undefined ? new Set() : await readRemoved(knex, absent, secretKeys);
  return absent.map((id) => ({ id, isRemoved: removed.has(id) }));
}
