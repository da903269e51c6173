import type { Knex } from 'knex';
import type { Database } from '../../../database/database.ts';
import { dialects } from '../../../database/dialect.ts';
import type { Store } from '../../store.ts';
import {
  hasMoreRows,
  keyOf,
  matching,
  matchingAmong,
  passedOver,
  replayableColumns,
} from './matching-deliveries.ts';
import type { PassedOver, Replayable, ReplayFilter } from './replay-filter.ts';
import { hasTime, type ReplayPass, type ReplayTimes } from './replay-passes.ts';

/** How many deliveries match, by why they are passed over. */
export interface ReplayCount {
  readonly deliveries: ReadonlyMap<PassedOver, number>;
  /** True when the limit was reached, so that there can be more. */
  readonly isMore: boolean;
}

// More than any store has.
const allRows = 1_000_000_000_000;

/**
 * Counts what one walk finds.
 * @param limit the most rows that are looked at; undefined looks at all of them
 */
export async function countReplayable(
  { reader }: Store,
  pass: ReplayPass,
  filter: ReplayFilter,
  times: ReplayTimes,
  limit?: number,
): Promise<ReplayCount> {
  const search = { pass, filter, times };
  const count = async (knex: Knex): Promise<ReplayCount> => {
    const counted = matchingAmong({ ...reader, knex }, search, limit ?? allRows)
      .select({ passed_over: passedOver(knex, search) })
      .as('counted');
    const rows = await knex
      .from(counted)
      .groupBy('passed_over')
      .select<{ passed_over: PassedOver; deliveries: number | string }[]>(
        'passed_over',
        knex.raw('count(*) as deliveries'),
      );
    return {
      deliveries: new Map(rows.map((row) => [row.passed_over, Number(row.deliveries)])),
      isMore: limit !== undefined && (await hasMoreRows(knex, search, limit)),
    };
  };
  return limit === undefined ? count(reader.knex) : withIndexes(reader, count);
}

/**
 * The walk that answers a page soon. Many deliveries of a state with a few of the time among them are found by the time.
 * @param limit as of {@link countReplayable}
 */
export async function quickPass(
  { reader: { knex } }: Store,
  pass: ReplayPass,
  filter: ReplayFilter,
  times: ReplayTimes,
  limit: number,
): Promise<ReplayPass> {
  if (!hasTime(filter) || (pass.by !== 'state' && pass.by !== 'due time')) return pass;
  return (await hasMoreRows(knex, { pass, filter, times }, limit)) ? { ...pass, by: 'push' } : pass;
}

// Nearly always enough for the first ones.
const fewRows = 500;

/**
 * The first deliveries that would be made due.
 * @param limit the most rows that are looked at
 * @param wanted how many are read
 */
export async function readFirstReplayable(
  { reader }: Store,
  pass: ReplayPass,
  filter: ReplayFilter,
  times: ReplayTimes,
  limit: number,
  wanted: number,
): Promise<Replayable[]> {
  const search = { pass, filter, times };
  let ids: readonly string[] = [];
  for (const most of [Math.min(fewRows, limit), limit]) {
    ids = await withIndexes(reader, async (knex) =>
      matchingAmong({ ...reader, knex }, search, most)
        .whereRaw(`? = 'none'`, [passedOver(knex, search)])
        .orderBy(
          (pass.by === 'push' ? ['seen.received_at'] : keyOf(pass, filter)).map((column) => ({ column })),
        )
        .limit(wanted)
        .pluck<string[]>('calls.id'),
    );
    if (ids.length === wanted) break;
  }
  if (ids.length === 0) return [];
  const ofCalls = { pass: { ...pass, by: 'id' }, filter: { ...filter, callIds: ids }, times } as const;
  const rows = await matching(reader.knex, ofCalls)
    .select(replayableColumns(reader.knex, ofCalls))
    .select<Replayable[]>('calls.id');
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** Runs statements that are bounded by the number of their rows, so that looking each of them up is the best plan. */
async function withIndexes<Result>(
  { knex, dialect }: Database,
  work: (knex: Knex) => Promise<Result>,
): Promise<Result> {
  const { preferIndexes } = dialects[dialect];
  if (preferIndexes === undefined) return work(knex);
  return knex.transaction(async (transaction) => {
    await transaction.raw(preferIndexes);
    return work(transaction);
  });
}
