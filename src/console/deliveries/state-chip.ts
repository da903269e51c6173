import type { DeliveryState } from '../../store/deliveries.ts';
import type { ReplayJobState } from '../../store/lookup/replay/replay-jobs.ts';
import type { Html } from '../../web/html.ts';
import { chip, type Tone } from '../chip.ts';

const deliveryTones: Readonly<Record<DeliveryState, Tone>> = {
  due: 'idle',
  delivered: 'ok',
  skipped: 'idle',
  rejected: 'bad',
  exhausted: 'bad',
};

/** The state of a delivery. `null` for a call that has none yet. */
export function deliveryChip(state: DeliveryState | null): Html {
  return state === null ? chip('not delivered before', 'idle') : chip(state, deliveryTones[state]);
}

const jobTones: Readonly<Record<ReplayJobState, Tone>> = {
  queued: 'idle',
  running: 'warn',
  paused: 'warn',
  cancelled: 'idle',
  done: 'ok',
  failed: 'bad',
};

export function jobChip(state: ReplayJobState): Html {
  return chip(state, jobTones[state]);
}
