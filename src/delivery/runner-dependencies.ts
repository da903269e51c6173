import type { Adapter, Capabilities } from '../contract/adapter.ts';
import type { Call } from '../domain/call.ts';
import type { CallRecord } from '../domain/fold.ts';
import type { LeaseDependencies } from './lease.ts';
import type { Sleeper } from './sleeper.ts';

/** What the loop of one destination needs. */
export interface RunnerDependencies extends LeaseDependencies {
  readonly adapter: Adapter;
  readonly capabilities: Capabilities;
  readonly completeCall: (record: CallRecord) => Call;
  readonly sleeper: Sleeper;
  readonly random: () => number;
  readonly onSettled: (outcome: string, count: number) => void;
  /** How long to sleep at most before looking for work that another process left. */
  readonly pollMs: number;
}
