import { createHash } from 'node:crypto';
import type { Adapter, Capabilities, Delivery } from '../contract/adapter.ts';
import { AdapterMisconfigured, DestinationUnavailable } from '../contract/errors.ts';
import { retry, skipped, type Outcome } from '../contract/outcome.ts';
import type { Call } from '../domain/call.ts';
import type { CallRecord } from '../domain/fold.ts';
import type { Log } from '../domain/log.ts';
import type { DueDelivery } from '../store/deliveries.ts';
import { reconcile } from './reconcile.ts';

export interface AttemptDependencies {
  readonly name: string;
  readonly adapter: Adapter;
  readonly capabilities: Capabilities;
  readonly completeCall: (record: CallRecord) => Call;
  readonly log: Log;
  /** An adapter that has not answered by then has an unknown outcome. */
  readonly deadlineMs: number;
}

/**
 * Tries a batch once. One outcome for each delivery, by call id.
 *
 * @throws DestinationUnavailable, AdapterMisconfigured as the adapter threw them
 */
export async function attempt(
  dependencies: AttemptDependencies,
  batch: readonly DueDelivery[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Outcome>> {
  const { capabilities } = dependencies;
  const outcomes = new Map<string, Outcome>();
  const wanted = batch.filter((due) => capabilities.updates || !due.landed);
  for (const due of batch) {
    if (!wanted.includes(due))
      outcomes.set(due.call.id, skipped(due.call.id, 'The destination takes no updates.'));
  }
  const deliveries = wanted.map((due) => asDelivery(due, dependencies));
  for (const [id, outcome] of await deliverAll(dependencies, deliveries, signal)) outcomes.set(id, outcome);
  return outcomes;
}

async function deliverAll(
  dependencies: AttemptDependencies,
  deliveries: readonly Delivery[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Outcome>> {
  if (deliveries.length === 0) return new Map();
  const ids = deliveries.map((delivery) => delivery.id);
  try {
    const answered = await withinDeadline(dependencies, deliveries, signal);
    const { outcomes, unknownIds } = reconcile(ids, answered);
    if (unknownIds > 0)
      dependencies.log.error({ unknownIds }, 'The adapter answered for deliveries it was not given');
    return outcomes;
  } catch (error) {
    if (error instanceof DestinationUnavailable || error instanceof AdapterMisconfigured) throw error;
    if (deliveries.length > 1 && !signal.aborted) return deliverOneByOne(dependencies, deliveries, signal);
    dependencies.log.error({ error }, 'The adapter threw');
    const reason = error instanceof Error ? error.name : 'unknown error';
    return new Map(ids.map((id) => [id, retry(id, 'adapter_error', `The adapter threw: ${reason}.`)]));
  }
}

/** A batch that made the adapter throw is tried singly, so that one bad call does not hold up its neighbours. */
async function deliverOneByOne(
  dependencies: AttemptDependencies,
  deliveries: readonly Delivery[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const delivery of deliveries) {
    const single = signal.aborted
      ? new Map([[delivery.id, retry(delivery.id, 'interrupted', 'The process was stopping.')]])
      : await deliverAll(dependencies, [delivery], signal);
    for (const [id, outcome] of single) outcomes.set(id, outcome);
  }
  return outcomes;
}

async function withinDeadline(
  { adapter, deadlineMs }: AttemptDependencies,
  deliveries: readonly Delivery[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  let onAbort: (() => void) | undefined;
  // An adapter that does not heed its signal is not waited for: what it did is unknown.
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => setTimeout(() => reject(new Error('The adapter did not answer in time')), 1_000).unref();
    deadline.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([adapter.deliver(deliveries, deadline), aborted]);
  } finally {
    if (onAbort !== undefined) deadline.removeEventListener('abort', onAbort);
  }
}

function asDelivery(due: DueDelivery, { name, capabilities, completeCall }: AttemptDependencies): Delivery {
  const call = completeCall(due.call);
  return {
    id: call.call_id,
    idempotencyKey: idempotencyKey(name, call.call_id),
    call,
    revision: due.revision,
    remoteId: due.remoteId,
    attempt: due.attempts + 1,
    incomplete: !capabilities.stages.includes(call.stage),
  };
}

/** The same for every attempt and revision of one call at one destination. */
export function idempotencyKey(destination: string, callId: string): string {
  return `jet-${createHash('sha256').update(`${destination}\n${callId}`).digest('hex').slice(0, 36)}`;
}
