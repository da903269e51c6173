import type { Knex } from 'knex';
import { inRestingIndex, type DeliveryState, type Destination } from '../deliveries.ts';
import { firstPushIdAt } from '../push-id.ts';
import type { Store } from '../store.ts';
import type { PassedOver, Replayable, ReplayFilter } from './replay-filter.ts';

/** The times of a replay, in epoch milliseconds. */
export interface ReplayTimes {
  readonly nowMs: number;
  /** When the job was made. What was tried since is left out, so that a job comes to an end. */
  readonly madeAtMs: number;
}

/** One walk over deliveries, in the order of an index. A filter needs one or a few for each destination. */
export interface ReplayPass {
  readonly destination: Destination;
  /** False: the destination is not in ADAPTERS, so nothing of it can be tried. */
  readonly isEnabled: boolean;
  readonly state: DeliveryState | undefined;
  readonly by: 'id' | 'state' | 'due time' | 'push' | 'call';
}

/** A place in a walk: the values of its key columns. Undefined: the beginning. */
export type ReplayKey = readonly (string | number)[] | undefined;

export interface ReplayPage {
  readonly rows: readonly Replayable[];
  /** Where the next page begins. Undefined when there is none. */
  readonly next: ReplayKey;
}

const statesWithCode: readonly DeliveryState[] = ['due', 'skipped', 'rejected', 'exhausted'];

/** The walks that find everything that matches a filter. */
export function replayPasses(
  filter: ReplayFilter,
  destinations: readonly Destination[],
  disabled: readonly string[] = [],
): ReplayPass[] {
  const isChosen = ({ name }: Destination): boolean =>
    filter.destination === undefined || filter.destination === name;
  const anyStage = { stages: [], settleAfterMs: 0 };
  const gone = disabled.map((name) => ({ name, ...anyStage }));
  const withCode = filter.code === undefined ? [undefined] : statesWithCode;
  const states = filter.state === undefined ? withCode : [filter.state];
  return [...destinations, ...gone].filter(isChosen).flatMap((destination) =>
    states.map((state) => ({
      ...{ destination, state, by: wayOf(filter, state) },
      isEnabled: destinations.includes(destination),
    })),
  );
}

function wayOf(
  { callIds, sinceMs, untilMs }: ReplayFilter,
  state: DeliveryState | undefined,
): ReplayPass['by'] {
  if (callIds !== undefined) return 'id';
  if (state === 'due') return 'due time';
  if (state !== undefined && state !== 'delivered') return 'state';
  return sinceMs === undefined && untilMs === undefined ? 'call' : 'push';
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
  const key = keyOf(pass, filter);
  const rows: KeyedRow[] = [];
  // Rows that share all key columns except the last, then rows that share fewer: each statement is one index lookup.
  for (
    let shared = after === undefined ? 0 : key.length - 1;
    shared >= 0 && rows.length < limit;
    shared -= 1
  ) {
    const query = matching(knex, pass, filter, times)
      .select(columnsOf(knex, pass, times))
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

/** By time of receipt: ids of pushes sort by it. A call counts at its latest push. */
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
  const found = await matching(knex, { ...pass, by: 'id' }, ofCalls, times)
    .select(columnsOf(knex, pass, times))
    .select<(Replayable & { last_received_at: number })[]>('calls.last_received_at');
  const last = page.at(-1);
  return {
    rows: found.filter((row) => row.last_received_at === latest.get(row.id)).map(asReplayable),
    next: page.length < limit || last === undefined ? undefined : [last.id],
  };
}

function pushesIn(knex: Knex, { sinceMs, untilMs }: ReplayFilter): Knex.QueryBuilder {
  const pushes = knex('pushes').where('id', '>=', firstPushIdAt(Math.max(0, sinceMs ?? 0)));
  return untilMs === undefined ? pushes : pushes.where('id', '<', firstPushIdAt(Math.max(0, untilMs)));
}

/** How many deliveries match, by why they are passed over. */
export interface ReplayCount {
  readonly deliveries: ReadonlyMap<PassedOver, number>;
  /** True when the limit was reached, so that there can be more. */
  readonly isMore: boolean;
}

/**
 * Counts what one walk finds.
 * @param limit the most rows that are counted; undefined counts all of them
 */
export async function countReplayable(
  { reader: { knex } }: Store,
  pass: ReplayPass,
  filter: ReplayFilter,
  times: ReplayTimes,
  limit?: number,
): Promise<ReplayCount> {
  const found =
    pass.by === 'push'
      ? matchingByPush(knex, pass, filter, times, limit)
      : matching(knex, pass, filter, times);
  const counted = found
    .select({ passed_over: passedOver(knex, pass, times) })
    .modify((query) => {
      if (limit === undefined) return;
      void query.limit(limit + 1);
      // The order of an index keeps a planner from reading a whole table until it has enough rows.
      if (pass.by !== 'push') void query.orderBy(keyOf(pass, filter).map((column) => ({ column })));
    })
    .as('counted');
  const rows = await knex
    .from(counted)
    .groupBy('passed_over')
    .select<{ passed_over: PassedOver; deliveries: number | string }[]>(
      'passed_over',
      knex.raw('count(*) as deliveries'),
    );
  const deliveries = new Map(rows.map((row) => [row.passed_over, Number(row.deliveries)]));
  const all = [...deliveries.values()].reduce((sum, count) => sum + count, 0);
  return { deliveries, isMore: limit !== undefined && all > limit };
}

// A limit inside a subquery keeps the planner from beginning with another table.
const pushesMax = 1_000_000_000;

function matchingByPush(
  knex: Knex,
  pass: ReplayPass,
  filter: ReplayFilter,
  times: ReplayTimes,
  limit: number | undefined,
): Knex.QueryBuilder {
  const seen = pushesIn(knex, filter)
    .orderBy('id')
    // A call has several pushes.
    .limit(limit === undefined ? pushesMax : limit * 5)
    .select('call_id', 'received_at')
    .as('seen');
  return narrowed(
    knex
      .from(seen)
      .join('calls', (join) =>
        join.on('calls.id', 'seen.call_id').on('calls.last_received_at', 'seen.received_at'),
      )
      .modify((query) => joinDeliveries(query, pass)),
    filter,
    pass,
    times,
  );
}

function joinDeliveries(query: Knex.QueryBuilder, { destination }: ReplayPass): void {
  void query.leftJoin('deliveries', (join: Knex.JoinClause) =>
    join.on('deliveries.call_id', 'calls.id').andOnVal('deliveries.destination', destination.name),
  );
}

function matching(knex: Knex, pass: ReplayPass, filter: ReplayFilter, times: ReplayTimes): Knex.QueryBuilder {
  const beginsWithCalls = pass.by === 'id' || (pass.by === 'call' && isNeverOwed(filter));
  const rows = beginsWithCalls
    ? knex('calls').modify((query) => joinDeliveries(query, pass))
    : knex('deliveries').join('calls', 'calls.id', 'deliveries.call_id');
  return narrowed(rows, filter, pass, times);
}

/** A state or a code excludes calls that have no delivery. */
function isNeverOwed({ neverOwed, state, code }: ReplayFilter): boolean {
  return neverOwed === true && state === undefined && code === undefined;
}

// The largest expected difference between the clocks of two processes.
const clocksApartMs = 600_000;

function narrowed(
  rows: Knex.QueryBuilder,
  filter: ReplayFilter,
  { destination, state, by }: ReplayPass,
  { nowMs, madeAtMs }: ReplayTimes,
): Knex.QueryBuilder {
  const { callIds, code, sinceMs, untilMs } = filter;
  if (!isNeverOwed(filter)) void rows.where('deliveries.destination', destination.name);
  if (state !== undefined) void rows.where('deliveries.state', state);
  if (by === 'state') void rows.whereRaw(inRestingIndex);
  if (by === 'due time') void rows.whereNotNull('deliveries.due_at');
  if (by === 'state' || by === 'due time')
    void rows.where(
      (tried) =>
        void tried
          .whereNull('deliveries.attempted_at')
          .orWhere('deliveries.attempted_at', '<=', madeAtMs)
          // It was tried while a clock was ahead.
          .orWhere('deliveries.attempted_at', '>', nowMs + clocksApartMs),
    );
  if (callIds !== undefined) void rows.whereIn('calls.id', [...callIds]);
  if (code !== undefined) void rows.where('deliveries.code', code);
  if (sinceMs !== undefined) void rows.where('calls.last_received_at', '>=', sinceMs);
  if (untilMs !== undefined) void rows.where('calls.last_received_at', '<', untilMs);
  return rows;
}

function keyOf({ by }: ReplayPass, filter: ReplayFilter): string[] {
  if (by === 'state') return ['deliveries.attempted_at', 'deliveries.call_id'];
  if (by === 'due time') return ['deliveries.due_at', 'deliveries.call_id'];
  return [by === 'call' && !isNeverOwed(filter) ? 'deliveries.call_id' : 'calls.id'];
}

function columnsOf(knex: Knex, pass: ReplayPass, times: ReplayTimes): Record<string, string | Knex.Raw> {
  return {
    id: 'calls.id',
    revision: 'calls.revision',
    state: 'deliveries.state',
    code: 'deliveries.code',
    reason: 'deliveries.reason',
    remedy: 'deliveries.remedy',
    passedOver: passedOver(knex, pass, times),
  };
}

/** An SQL expression that says why a delivery is passed over. */
function passedOver(knex: Knex, { destination, isEnabled }: ReplayPass, { nowMs }: ReplayTimes): Knex.Raw {
  const { stages, settleAfterMs, takesUpdates = true } = destination;
  const word = (passed: PassedOver): string => `'${passed}'`;
  if (!isEnabled) return knex.raw(word('not_enabled'));
  const cases = [
    `WHEN deliveries.state = 'due' AND deliveries.due_at <= ? THEN ${word('already_due')}`,
    // A call that waits for its end must not land early.
    `WHEN calls.stage NOT IN (${stages.map(() => '?').join(', ')}) AND calls.last_received_at > ? THEN ${word('waits_for_end')}`,
    ...(takesUpdates ? [] : [`WHEN deliveries.delivered_revision IS NOT NULL THEN ${word('no_updates')}`]),
    `WHEN deliveries.delivered_revision > calls.revision THEN ${word('newer_landed')}`,
  ];
  return knex.raw(`CASE ${cases.join(' ')} ELSE ${word('none')} END`, [
    nowMs,
    ...stages,
    nowMs - settleAfterMs,
  ]);
}

function asReplayable({ id, revision, state, code, reason, remedy, passedOver }: Replayable): Replayable {
  return { id, revision, state, code, reason, remedy, passedOver };
}
