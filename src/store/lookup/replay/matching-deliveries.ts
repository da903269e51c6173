import type { Knex } from 'knex';
import type { Database } from '../../../database/database.ts';
import { dialects } from '../../../database/dialect.ts';
import { inRestingIndex } from '../../deliveries.ts';
import { firstPushIdAt } from '../../push-id.ts';
import type { PassedOver, ReplayFilter } from './replay-filter.ts';
import { isNeverOwed, type ReplayPass, type ReplayTimes } from './replay-passes.ts';

/** The search of a walk. */
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
  return narrowed(rows, filter, pass, times).whereRaw(matches(knex, filter, pass));
}

/** Some rows of a walk, in its order. */
export interface RowRange {
  readonly from: number;
  readonly count: number;
}

/**
 * The deliveries of some rows of the walk, whether they match or not. {@link matches} says which of them match. An
 * index finds the rows before the joins, so the time is bounded by their number, whatever a planner expects.
 */
export function matchingAmong(
  { knex, dialect }: Reader,
  search: ReplaySearch,
  { from, count }: RowRange,
): Knex.QueryBuilder {
  const { pass, filter, times } = search;
  const { orderedJoin } = dialects[dialect];
  const listed = walkRows(knex, search).offset(from).limit(count);
  const calls = (id: string): string => `${orderedJoin} calls ON calls.id = ${id}`;
  const deliveries = (id: string): string =>
    `${orderedJoin} deliveries ON deliveries.destination = ? AND deliveries.call_id = ${id}`;
  const { name } = pass.destination;
  const rows = (): Knex.QueryBuilder => {
    if (pass.by !== 'push' && !beginsWithCalls(pass, filter))
      return knex
        .from(listed.select('call_id').as('listed'))
        .joinRaw(deliveries('listed.call_id'), [name])
        .joinRaw(calls('deliveries.call_id'));
    const found =
      pass.by === 'push'
        ? knex
            .from(listed.select('call_id', 'received_at').as('listed'))
            .joinRaw(`${calls('listed.call_id')} AND calls.last_received_at = listed.received_at`)
        : knex.from(listed.select('id').as('listed')).joinRaw(calls('listed.id'));
    return isNeverOwed(filter)
      ? found.modify((query) => joinDeliveries(query, pass))
      : found.joinRaw(deliveries('calls.id'), [name]);
  };
  return narrowed(rows(), filter, pass, times);
}

/** True when the walk has more rows than these. */
export async function hasMoreRows(knex: Knex, search: ReplaySearch, count: number): Promise<boolean> {
  const [row] = (await walkRows(knex, search)
    .offset(count)
    .limit(1)
    .select(knex.raw('1 as more'))) as unknown[];
  return row !== undefined;
}

/** The rows of a walk, in the order of an index that contains all columns of the query. */
function walkRows(knex: Knex, { pass, filter, times }: ReplaySearch): Knex.QueryBuilder {
  if (pass.by === 'push') return pushesIn(knex, filter).orderBy('id');
  if (beginsWithCalls(pass, filter))
    return knex('calls')
      .modify((query) => {
        if (filter.callIds !== undefined) void query.whereIn('id', [...filter.callIds]);
      })
      .orderBy('id');
  const rows = knex('deliveries').where('deliveries.destination', pass.destination.name);
  if (pass.by === 'due time') return rows.whereNotNull('deliveries.due_at').orderBy('deliveries.due_at');
  if (pass.by === 'state') {
    void rows.where('deliveries.state', pass.state as string);
    addTried(rows, pass, times);
    if (filter.code !== undefined) void rows.where('deliveries.code', filter.code);
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
  if (!isNeverOwed(filter)) void rows.where('deliveries.destination', pass.destination.name);
  addTried(rows, pass, times);
  return filter.callIds === undefined ? rows : rows.whereIn('calls.id', [...filter.callIds]);
}

/** An SQL expression that is true for a delivery of the walk that matches. */
export function matches(
  knex: Knex,
  { code, sinceMs, untilMs }: ReplayFilter,
  { state }: ReplayPass,
): Knex.Raw {
  const conditions: readonly (readonly [sql: string, value: string | number | undefined])[] = [
    ['deliveries.state = ?', state],
    ['deliveries.code = ?', code],
    ['calls.last_received_at >= ?', sinceMs],
    ['calls.last_received_at < ?', untilMs],
  ];
  const given = conditions.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
  if (given.length === 0) return knex.raw('1 = 1');
  return knex.raw(
    given.map(({ sql }) => sql).join(' AND '),
    given.map(({ value }) => value),
  );
}

/** Omits deliveries that were attempted since the job was made, in a condition that the walk's index can use. */
function addTried(rows: Knex.QueryBuilder, { by }: ReplayPass, { nowMs, madeAtMs }: ReplayTimes): void {
  if (by !== 'state' && by !== 'due time') return;
  if (by === 'state') void rows.whereRaw(inRestingIndex);
  else void rows.whereNotNull('deliveries.due_at');
  void rows.where(
    (tried) =>
      void tried
        .whereNull('deliveries.attempted_at')
        .orWhere('deliveries.attempted_at', '<=', madeAtMs)
        // The attempt happened while a clock was ahead.
        .orWhere('deliveries.attempted_at', '>', nowMs + clocksApartMs),
  );
}

/** The columns by which a walk sorts its rows. */
export function keyOf({ by }: ReplayPass, filter: ReplayFilter): string[] {
  if (by === 'state') return ['deliveries.attempted_at', 'deliveries.call_id'];
  if (by === 'due time') return ['deliveries.due_at', 'deliveries.call_id'];
  return [by === 'call' && !isNeverOwed(filter) ? 'deliveries.call_id' : 'calls.id'];
}

/** The columns that are read of each matching delivery. */
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
