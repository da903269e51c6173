import type { Knex } from 'knex';
import { statusWords, type CallStatus, type StatusMap } from '../../domain/call-status.ts';
import type { Direction } from '../../domain/fold.ts';
import { isFinalStage, stages } from '../../domain/stage.ts';
import { listedService, listedStatus } from '../rows/call-rows.ts';
import type { DeliveryState } from '../deliveries.ts';

/** Selects the calls of a list. An absent part selects every call. */
export interface CallFilter {
  readonly direction?: Direction | undefined;
  readonly status?: CallStatus | undefined;
  /** The names of services; a call of any of them is listed. */
  readonly services?: readonly string[] | undefined;
  /** The calls that have a delivery to this destination, in this state when one is given. */
  readonly destination?: string | undefined;
  readonly state?: DeliveryState | undefined;
  /** The first and the last start, in epoch milliseconds. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** The last digits of the counterpart (`lookupDigits`), one for each form that it can have. */
  readonly counterparts?: readonly string[] | undefined;
}

// No sender's clock is further ahead than this. So the revision of a call is at most this much older than its start.
const clockAheadMs = 2 * 86_400_000;

/** The lowest revision that a call of this filter can have. A revision is never below the time of receipt. */
export function lowestRevision({ fromMs }: CallFilter): number {
  return fromMs === undefined ? 0 : fromMs - clockAheadMs;
}

/** True if the filter omits some calls of the list. */
export function isFiltering({ direction, status, services, destination, fromMs, toMs }: CallFilter): boolean {
  return [direction, status, services, destination, fromMs, toMs].some((part) => part !== undefined);
}

/** Adds the conditions of a filter. The index of the list answers all conditions except `destination`. */
export function addConditions(query: Knex.QueryBuilder, filter: CallFilter, statusMap: StatusMap): void {
  const { direction, status, services, destination, state, fromMs, toMs } = filter;
  // The direction follows from the stage (src/domain/fold.ts).
  const outbound = 'call_end_outbound';
  if (direction === 'outbound') void query.where('calls.stage', outbound);
  if (direction === 'inbound')
    void query.whereIn(
      'calls.stage',
      stages.filter((stage) => stage !== outbound),
    );
  if (status !== undefined) addStatus(query, status, statusMap);
  if (services !== undefined) void query.whereIn('calls.service', services.map(listedService));
  if (fromMs !== undefined) void query.where('calls.started_at', '>=', fromMs);
  if (toMs !== undefined) void query.where('calls.started_at', '<=', toMs);
  if (destination === undefined) return;
  void query.whereExists((exists) => {
    void exists
      .from('deliveries')
      .select(exists.client.raw('1'))
      .where('deliveries.destination', destination)
      .whereRaw('deliveries.call_id = calls.id');
    if (state !== undefined) void exists.where('deliveries.state', state);
  });
}

/** The status follows from the dial status, or from the stage when there is none (`callStatus`). */
function addStatus(query: Knex.QueryBuilder, status: CallStatus, statusMap: StatusMap): void {
  const all = [...statusWords(statusMap)].map(([word, meaning]) => ({ word: listedStatus(word), meaning }));
  const words = all.filter(({ meaning }) => meaning === status).map(({ word }) => word);
  // A call of an earlier version has no start here until it was filled (fill-listed.ts).
  void query.whereNotNull('calls.started_at').where((either) => {
    void either.whereIn('calls.dial_status', words);
    if (status !== 'in_progress' && status !== 'unknown') return;
    const ofStatus = stages.filter((stage) => isFinalStage(stage) === (status === 'unknown'));
    void either.orWhere((open) => void open.whereNull('calls.dial_status').whereIn('calls.stage', ofStatus));
    if (status === 'unknown')
      void either.orWhere(
        (other) =>
          void other.whereNotNull('calls.dial_status').whereNotIn(
            'calls.dial_status',
            all.map(({ word }) => word),
          ),
      );
  });
}
