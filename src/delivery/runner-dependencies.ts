import type { Adapter, Capabilities } from '../contract/adapter.ts';
import type { Call } from '../domain/call.ts';
import type { CallRecord } from '../domain/fold.ts';
import type { LeaseDependencies } from './lease.ts';
import type { Sleeper } from './sleeper.ts';

/** The dependencies of one destination's loop. */
export interface RunnerDependencies extends LeaseDependencies {
  readonly adapter: Adapter;
  readonly capabilities: Capabilities;
  /** True for the one destination that takes the calls of `npm run ping`. */
  readonly takesTestCalls?: boolean;
  readonly completeCall: (record: CallRecord) => Call;
  readonly sleeper: Sleeper;
  /** Names this process for people, in the notes of its attempts. */
  readonly process: string;
  readonly random: () => number;
  readonly onSettled: (outcome: string, count: number) => void;
  /** The longest sleep before the loop looks for work that another process added. */
  readonly pollMs: number;
  /** How long the loop waits for more calls after a small batch: 25 ms if it is left out. */
  readonly gatherMs?: number;
}
