import type { Knex } from 'knex';
import type { Store } from '../../store.ts';
import { keyOf, matching, pushesIn, replayableColumns } from './matching-deliveries.ts';
import type { Replayable, ReplayFilter } from './replay-filter.ts';
import type { ReplayPass, ReplayTimes } from './replay-passes.ts';

/** A place in a walk: the values of its key columns. Undefined: the beginning. */
export type ReplayKey = readonly (string | number)[] | undefined;

export interface ReplayPage {
  readonly rows: readonly Replayable[];
  /** Where the next page begins. Undefined when there is none. */
  readonly next: ReplayKey;
}

/** One page of a walk. Small pages keep other work from waiting. */
export async function readReplayPage(
  { reader: { knex } }: Store,
  pass: ReplayPass,
  filter: ReplayFilter,
  times: ReplayTimes,
  after: ReplayKey,
  limit: number,
): Promise<ReplayPage> {
  if (pass.by === 'push') return readPushPage(knex, pass, filter, times, after, limit);
  const search = { pass, filter, times };
  const key = keyOf(pass, filter);
  const rows: KeyedRow[] = [];
  // First the rows that share all key columns except the last, then rows that share fewer. Each statement is one
  // index lookup.
  for (
    let shared = after === undefined ? 0 : key.length - 1;
    shared >= 0 && rows.length < limit;
    shared -= 1
  ) {
    const query = matching(knex, search)
      .select(replayableColumns(knex, search))
      .select(Object.fromEntries(key.map((column, at) => [`key${at}`, column])))
      .orderBy(key.map((column) => ({ column })))
      .limit(limit - rows.length);
    if (after !== undefined) {
      key.slice(0, shared).forEach((column, at) => void query.where(column, after[at] as string));
      void query.where(key[shared] as string, '>', after[shared] as string);
    }
    rows.push(...((await query) as KeyedRow[]));
  }
  const last = rows.at(-1);
  const isWhole = rows.length < limit || last === undefined;
  return {
    rows: rows.map(asReplayable),
    next: isWhole ? undefined : key.map((_name, at) => last[`key${at}`] ?? ''),
  };
}

type KeyedRow = Replayable & Readonly<Record<`key${number}`, string | number>>;

/** By time of receipt. A call counts at its latest push. */
async function readPushPage(
  knex: Knex,
  pass: ReplayPass,
  filter: ReplayFilter,
  times: ReplayTimes,
  after: ReplayKey,
  limit: number,
): Promise<ReplayPage> {
  const page = await pushesIn(knex, filter)
    .modify((query) => {
      if (after !== undefined) void query.where('id', '>', after[0] as string);
    })
    .orderBy('id')
    .limit(limit)
    .select<{ id: string; call_id: string; received_at: number }[]>('id', 'call_id', 'received_at');
  const latest = new Map(page.map(({ call_id, received_at }) => [call_id, received_at]));
  const ofCalls = { ...filter, callIds: [...latest.keys()] };
  const search = { pass: { ...pass, by: 'id' }, filter: ofCalls, times } as const;
  const found = await matching(knex, search)
    .select(replayableColumns(knex, search))
    .select<(Replayable & { last_received_at: number })[]>('calls.last_received_at');
  const last = page.at(-1);
  return {
    rows: found.filter((row) => row.last_received_at === latest.get(row.id)).map(asReplayable),
    next: page.length < limit || last === undefined ? undefined : [last.id],
  };
}

function asReplayable({ id, revision, state, code, reason, remedy, passedOver }: Replayable): Replayable {
  return { id, revision, state, code, reason, remedy, passedOver };
}
