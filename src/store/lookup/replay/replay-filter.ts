import type { DeliveryState } from '../../deliveries.ts';

/** Selects deliveries to make again. A delivery must meet every given condition. The filter is stored with its job. */
export interface ReplayFilter {
  /** Only this destination. Undefined selects every destination. */
  readonly destination?: string | undefined;
  /** Only deliveries in this state. */
  readonly state?: DeliveryState | undefined;
  /** Only deliveries whose last try ended with this code. */
  readonly code?: string | undefined;
  /** Calls whose latest push came at or after this time, in epoch milliseconds. */
  readonly sinceMs?: number | undefined;
  /** Calls whose latest push came before this time. */
  readonly untilMs?: number | undefined;
  readonly callIds?: readonly string[] | undefined;
  /** Includes calls without a delivery, from before the destination was enabled. */
  readonly neverOwed?: boolean | undefined;
}

/** Why a delivery that matches a filter is passed over. `none`: it is made due. */
export type PassedOver =
  'none' | 'already_due' | 'waits_for_end' | 'no_updates' | 'newer_landed' | 'not_enabled' | 'removed';

/** A delivery that matches a filter. The state is null when the call has no delivery yet. */
export interface Replayable {
  readonly id: string;
  readonly revision: number;
  readonly state: DeliveryState | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly remedy: string | null;
  readonly passedOver: PassedOver;
}
