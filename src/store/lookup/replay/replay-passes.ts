import type { DeliveryState, Destination } from '../../deliveries.ts';
import type { ReplayFilter } from './replay-filter.ts';

/** The times of a replay, in epoch milliseconds. */
export interface ReplayTimes {
  readonly nowMs: number;
  /** When the job was made. Deliveries that were attempted since are omitted, so that a job ends. */
  readonly madeAtMs: number;
}

/** One walk over deliveries, in the order of an index. A filter needs one or a few for each destination. */
export interface ReplayPass {
  readonly destination: Destination;
  /** False if the destination is not in ADAPTERS, so that none of its deliveries can be attempted. */
  readonly isEnabled: boolean;
  readonly state: DeliveryState | undefined;
  readonly by: 'id' | 'state' | 'due time' | 'push' | 'call';
}

const statesWithCode: readonly DeliveryState[] = ['due', 'skipped', 'rejected', 'exhausted'];

/** The walks that together find every delivery of a filter. */
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

function wayOf(filter: ReplayFilter, state: DeliveryState | undefined): ReplayPass['by'] {
  if (filter.callIds !== undefined) return 'id';
  if (state === 'due') return 'due time';
  if (state !== undefined && state !== 'delivered') return 'state';
  return hasTime(filter) ? 'push' : 'call';
}

/** True when the filter names a time. */
export function hasTime({ sinceMs, untilMs }: ReplayFilter): boolean {
  return sinceMs !== undefined || untilMs !== undefined;
}

/** True when calls without a delivery are found too. A state or a code excludes them. */
export function isNeverOwed({ neverOwed, state, code }: ReplayFilter): boolean {
  return neverOwed === true && state === undefined && code === undefined;
}
