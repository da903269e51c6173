import type { Knex } from 'knex';
import { inIndexOrder } from '../../../database/in-index-order.ts';
import type { Store } from '../../store.ts';
import {
  hasMoreRows,
  matches,
  matching,
  matchingAmong,
  passedOver,
  replayableColumns,
  type RowRange,
} from './matching-deliveries.ts';
import type { PassedOver, Replayable, ReplayFilter } from './replay-filter.ts';
import { hasTime, type ReplayPass, type ReplayTimes } from './replay-passes.ts';

/** The number of matching deliveries, by the reason why they are passed over. */
export interface ReplayCount {
  readonly deliveries: ReadonlyMap<PassedOver, number>;
  /** True if the limit was reached, so that there can be more. */
  readonly isMore: boolean;
}

/** The limits of a count. */
export interface CountBounds {
  /** The most rows to read. */
  readonly rows: number;
  /** True when the count must stop, because a page must answer. */
  readonly isLate?: () => boolean;
}

// No store has this many rows.
const allRows = 1_000_000_000_000;
const rowsInStatement = 1_000;

/**
 * Counts what one walk finds.
 * @param bounds undefined looks at all rows
 */
export async function countReplayable(
  { reader }: Store,
  pass: ReplayPass,
  filter: ReplayFilter,
  times: ReplayTimes,
  bounds?: CountBounds,
): Promise<ReplayCount> {
  const search = { pass, filter, times };
  const deliveries = new Map<PassedOver, number>();
  const count = async (knex: Knex, range: RowRange): Promise<number> => {
    const why = knex.raw(`CASE WHEN ? THEN ? ELSE 'other' END`, [
      matches(knex, filter, pass),
      passedOver(knex, search),
    ]);
    const rows = await knex
      .from(
        matchingAmong({ ...reader, knex }, search, range)
          .select({ why })
          .as('looked'),
      )
      .groupBy('why')
      .select<{ why: PassedOver | 'other'; deliveries: number | string }[]>(
        'why',
        knex.raw('count(*) as deliveries'),
      );
    for (const row of rows)
      if (row.why !== 'other')
        deliveries.set(row.why, (deliveries.get(row.why) ?? 0) + Number(row.deliveries));
    return rows.reduce((sum, row) => sum + Number(row.deliveries), 0);
  };
  // Not every push or due time belongs to a delivery that counts, so a count of rows does not give their number.
  const isCounted = pass.by !== 'push' && pass.by !== 'due time';
  if (bounds === undefined) {
    await count(reader.knex, { from: 0, count: allRows });
    return { deliveries, isMore: false };
  }
  return inIndexOrder(reader, async (knex) => {
    for (let from = 0; ;) {
      const range = { from, count: Math.min(rowsInStatement, bounds.rows - from) };
      const looked = await count(knex, range);
      from += range.count;
      const isMore = !(isCounted && looked < range.count) && (await hasMoreRows(knex, search, from));
      if (!isMore || from >= bounds.rows || bounds.isLate?.() === true) return { deliveries, isMore };
    }
  });
}

/**
 * The other walk that finds the same deliveries, by the time of the filter. It is used when a state has too many
 * deliveries to read, and few of them belong to the time.
 */
export function byTime(pass: ReplayPass, filter: ReplayFilter): ReplayPass | undefined {
  const isOfState = pass.by === 'state' || pass.by === 'due time';
  return isOfState && hasTime(filter) ? { ...pass, by: 'push' } : undefined;
}

// This many rows nearly always contain the first deliveries.
const fewRows = 200;

/**
 * The first deliveries that would be made due.
 * @param bounds as of {@link countReplayable}
 * @param wanted how many are read
 */
export async function readFirstReplayable(
  { reader }: Store,
  pass: ReplayPass,
  filter: ReplayFilter,
  times: ReplayTimes,
  bounds: CountBounds,
  wanted: number,
): Promise<Replayable[]> {
  const search = { pass, filter, times };
  const ids: string[] = [];
  for (let from = 0; from < bounds.rows && ids.length < wanted;) {
    const range = { from, count: Math.min(from === 0 ? fewRows : rowsInStatement, bounds.rows - from) };
    const left = wanted - ids.length;
    const found = await inIndexOrder(reader, (knex) =>
      matchingAmong({ ...reader, knex }, search, range)
        .whereRaw(`? AND ? = 'none'`, [matches(knex, filter, pass), passedOver(knex, search)])
        .limit(left)
        .pluck<string[]>('calls.id'),
    );
    ids.push(...found);
    from += range.count;
    if (bounds.isLate?.() === true) break;
  }
  if (ids.length === 0) return [];
  const ofCalls = { pass: { ...pass, by: 'id' }, filter: { ...filter, callIds: ids }, times } as const;
  const rows = await matching(reader.knex, ofCalls)
    .select(replayableColumns(reader.knex, ofCalls))
    .select<Replayable[]>('calls.id');
  const read = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => read.get(id) ?? []);
}
