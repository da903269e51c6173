import type { Knex } from 'knex';
import type { Database } from '../../../database/database.ts';
import { dialects } from '../../../database/dialect.ts';
import { inRestingIndex } from '../../deliveries.ts';
import { firstPushIdAt } from '../../push-id.ts';
import type { PassedOver, ReplayFilter } from './replay-filter.ts';
import { isNeverOwed, type ReplayPass, type ReplayTimes } from './replay-passes.ts';

/** What a walk looks for. */
export interface ReplaySearch {
  readonly pass: ReplayPass;
  readonly filter: ReplayFilter;
  readonly times: ReplayTimes;
}

type Reader = Pick<Database, 'dialect'> & { readonly knex: Knex };

/**
 * The deliveries that match, as a query on `calls` and `deliveries`.
 * @param knex the database, or a transaction of it
 */
export function matching(knex: Knex, { pass, filter, times }: ReplaySearch): Knex.QueryBuilder {
  const rows = beginsWithCalls(pass, filter)
    ? knex('calls').modify((query) => joinDeliveries(query, pass))
    : knex('deliveries').join('calls', 'calls.id', 'deliveries.call_id');
  return narrowed(rows, filter, pass, times);
}

/**
 * The same deliveries, but of the first rows of the walk only. They are read before anything is joined to them, so that the
 * time is bounded by their number, whatever a planner expects.
 */
export function matchingAmong(
  { knex, dialect }: Reader,
  search: ReplaySearch,
  most: number,
): Knex.QueryBuilder {
  const { pass, filter, times } = search;
  const { orderedJoin } = dialects[dialect];
  const first = firstRows(knex, search).limit(most);
  const joinCalls = (to: string): string => `${orderedJoin} calls ON calls.id = ${to}.call_id`;
  const rows = (): Knex.QueryBuilder => {
    if (pass.by === 'push') {
      const found = knex
        .from(first.select('call_id', 'received_at').as('seen'))
        .joinRaw(`${joinCalls('seen')} AND calls.last_received_at = seen.received_at`);
      if (isNeverOwed(filter)) return found.modify((query) => joinDeliveries(query, pass));
      return found.joinRaw(
        `${orderedJoin} deliveries ON deliveries.call_id = calls.id AND deliveries.destination = ?`,
        [pass.destination.name],
      );
    }
    if (beginsWithCalls(pass, filter))
      return knex
        .from(first.select('id', 'revision', 'stage', 'last_received_at').as('calls'))
        .modify((query) => joinDeliveries(query, pass));
    const columns = [
      'destination',
      'call_id',
      'state',
      'code',
      'due_at',
      'attempted_at',
      'delivered_revision',
    ];
    return knex.from(first.select(columns).as('deliveries')).joinRaw(joinCalls('deliveries'));
  };
  return narrowed(rows(), filter, pass, times);
}

/** True when the walk has more rows than these, whether they match or not. */
export async function hasMoreRows(knex: Knex, search: ReplaySearch, most: number): Promise<boolean> {
  const [row] = (await firstRows(knex, search)
    .offset(most)
    .limit(1)
    .select(knex.raw('1 as more'))) as unknown[];
  return row !== undefined;
}

/** The rows with which a walk begins, in the order of an index that answers all conditions on them. */
function firstRows(knex: Knex, { pass, filter, times }: ReplaySearch): Knex.QueryBuilder {
  if (pass.by === 'push') return pushesIn(knex, filter).orderBy('id');
  if (beginsWithCalls(pass, filter))
    return knex('calls')
      .modify((query) => {
        if (filter.callIds !== undefined) void query.whereIn('id', [...filter.callIds]);
      })
      .orderBy('id');
  const rows = knex('deliveries').where('deliveries.destination', pass.destination.name);
  if (pass.by === 'state' || pass.by === 'due time') {
    void rows.where('deliveries.state', pass.state as string);
    addTried(rows, pass, times);
    if (pass.by === 'state' && filter.code !== undefined) void rows.where('deliveries.code', filter.code);
  }
  return rows.orderBy(keyOf(pass, filter).map((column) => ({ column })));
}

/** The pushes of a time, in the order of receipt: ids of pushes sort by it. */
export function pushesIn(knex: Knex, { sinceMs, untilMs }: ReplayFilter): Knex.QueryBuilder {
  const pushes = knex('pushes').where('id', '>=', firstPushIdAt(Math.max(0, sinceMs ?? 0)));
  return untilMs === undefined ? pushes : pushes.where('id', '<', firstPushIdAt(Math.max(0, untilMs)));
}

function beginsWithCalls({ by }: ReplayPass, filter: ReplayFilter): boolean {
  return by === 'id' || (by === 'call' && isNeverOwed(filter));
}

function joinDeliveries(query: Knex.QueryBuilder, { destination }: ReplayPass): void {
  void query.leftJoin('deliveries', (join: Knex.JoinClause) =>
    join.on('deliveries.call_id', 'calls.id').andOnVal('deliveries.destination', destination.name),
  );
}

// The largest expected difference between the clocks of two processes.
const clocksApartMs = 600_000;

function narrowed(
  rows: Knex.QueryBuilder,
  filter: ReplayFilter,
  pass: ReplayPass,
  times: ReplayTimes,
): Knex.QueryBuilder {
  const { callIds, code, sinceMs, untilMs } = filter;
  const { destination, state } = pass;
  if (!isNeverOwed(filter)) void rows.where('deliveries.destination', destination.name);
  if (state !== undefined) void rows.where('deliveries.state', state);
  addTried(rows, pass, times);
  if (callIds !== undefined) void rows.whereIn('calls.id', [...callIds]);
  if (code !== undefined) void rows.where('deliveries.code', code);
  if (sinceMs !== undefined) void rows.where('calls.last_received_at', '>=', sinceMs);
  if (untilMs !== undefined) void rows.where('calls.last_received_at', '<', untilMs);
  return rows;
}

/** Leaves out what was tried since the job was made, in the words of the walk's index. */
function addTried(rows: Knex.QueryBuilder, { by }: ReplayPass, { nowMs, madeAtMs }: ReplayTimes): void {
  if (by !== 'state' && by !== 'due time') return;
  if (by === 'state') void rows.whereRaw(inRestingIndex);
  else void rows.whereNotNull('deliveries.due_at');
  void rows.where(
    (tried) =>
      void tried
        .whereNull('deliveries.attempted_at')
        .orWhere('deliveries.attempted_at', '<=', madeAtMs)
        // It was tried while a clock was ahead.
        .orWhere('deliveries.attempted_at', '>', nowMs + clocksApartMs),
  );
}

/** The columns in the order of which a walk reads its rows. */
export function keyOf({ by }: ReplayPass, filter: ReplayFilter): string[] {
  if (by === 'state') return ['deliveries.attempted_at', 'deliveries.call_id'];
  if (by === 'due time') return ['deliveries.due_at', 'deliveries.call_id'];
  return [by === 'call' && !isNeverOwed(filter) ? 'deliveries.call_id' : 'calls.id'];
}

/** What is read of each delivery that matches. */
export function replayableColumns(knex: Knex, search: ReplaySearch): Record<string, string | Knex.Raw> {
  return {
    id: 'calls.id',
    revision: 'calls.revision',
    state: 'deliveries.state',
    code: 'deliveries.code',
    reason: 'deliveries.reason',
    remedy: 'deliveries.remedy',
    passedOver: passedOver(knex, search),
  };
}

/** An SQL expression that says why a delivery is passed over. */
export function passedOver(knex: Knex, { pass, times: { nowMs } }: ReplaySearch): Knex.Raw {
  const { destination, isEnabled } = pass;
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
