import type { Adapter } from '../contract/adapter.ts';
import type { Delivery } from '../contract/delivery.ts';
import { AdapterMisconfigured, DestinationUnavailable } from '../contract/errors.ts';
import { delivered, rejected, retry, skipped, type Outcome } from '../contract/outcome.ts';
import type { Log } from '../domain/log.ts';
import { shownCallId } from '../domain/shown/shown-call-id.ts';
import { isTestCall } from '../domain/test-call.ts';
import type { DueDelivery } from '../store/deliveries.ts';
import { asDelivery, type DeliveryDependencies } from './as-delivery.ts';
import { startDeadline, type Deadline } from './deadline.ts';
import { reconcile } from './reconcile.ts';

export interface AttemptDependencies extends DeliveryDependencies {
  readonly adapter: Adapter;
  readonly takesTestCalls?: boolean;
  readonly log: Log;
  /** After this time the attempt ends, and the outcome of an unanswered delivery is unknown. */
  readonly deadlineMs: number;
}

export interface AttemptResult {
  /** By call id. A delivery that was not tried has no outcome. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Why the rest of the batch was not tried. */
  readonly stopped: DestinationUnavailable | AdapterMisconfigured | undefined;
  /** True when the deadline passed before the batch was finished. */
  readonly late: boolean;
}

/** Tries a batch once. One deadline covers the whole batch. */
export async function attempt(
  dependencies: AttemptDependencies,
  batch: readonly DueDelivery[],
  interrupt: AbortSignal,
): Promise<AttemptResult> {
  const outcomes = new Map<string, Outcome>();
  const deliveries: Delivery[] = [];
  for (const due of batch) {
    const prepared = prepare(due, dependencies);
    if ('kind' in prepared) outcomes.set(prepared.id, prepared);
    else deliveries.push(prepared);
  }
  if (deliveries.length === 0) return { outcomes, stopped: undefined, late: false };
  const deadline = startDeadline(interrupt, dependencies.deadlineMs);
  try {
    const stopped = await tryTogether(dependencies, deliveries, deadline, outcomes);
    return { outcomes, stopped, late: deadline.signal.aborted && !interrupt.aborted };
  } finally {
    deadline.end();
  }
}

/** Tries a batch as a whole. Returns the error that stopped it, if one did. */
async function tryTogether(
  dependencies: AttemptDependencies,
  deliveries: readonly Delivery[],
  deadline: Deadline,
  outcomes: Map<string, Outcome>,
): Promise<AttemptResult['stopped']> {
  try {
    for (const [id, outcome] of await callAdapter(dependencies, deliveries, deadline))
      outcomes.set(id, outcome);
    return undefined;
  } catch (error) {
    if (isStop(error)) return error;
    if (deliveries.length === 1 || deadline.signal.aborted) {
      for (const { id } of deliveries) outcomes.set(id, adapterError(dependencies, id, error));
      return undefined;
    }
    return tryOneByOne(dependencies, deliveries, deadline, outcomes);
  }
}

async function callAdapter(
  { adapter, log }: AttemptDependencies,
  deliveries: readonly Delivery[],
  deadline: Deadline,
): Promise<ReadonlyMap<string, Outcome>> {
  const answered = await deadline.wait(adapter.deliver(deliveries, deadline.signal));
  const { outcomes, unknownIds } = reconcile(
    deliveries.map((delivery) => delivery.id),
    answered,
  );
  if (unknownIds > 0)
    log.error({ unknownIds }, 'The adapter returned outcomes for deliveries that are not in the batch');
  return outcomes;
}

/**
 * Tries the deliveries of a batch one by one after the adapter threw, so that one bad call does not delay the others.
 * Keeps the outcomes that came before the destination became unreachable or the deadline passed.
 */
async function tryOneByOne(
  dependencies: AttemptDependencies,
  deliveries: readonly Delivery[],
  deadline: Deadline,
  outcomes: Map<string, Outcome>,
): Promise<AttemptResult['stopped']> {
  for (const delivery of deliveries) {
    if (deadline.signal.aborted) break;
    try {
      // The adapter had this delivery a moment ago, so it may have landed.
      const again = { ...delivery, attempt: delivery.attempt + 1 };
      for (const [id, outcome] of await callAdapter(dependencies, [again], deadline))
        outcomes.set(id, outcome);
    } catch (error) {
      if (isStop(error)) return error;
      outcomes.set(delivery.id, adapterError(dependencies, delivery.id, error));
    }
  }
  return undefined;
}

function isStop(error: unknown): error is DestinationUnavailable | AdapterMisconfigured {
  return error instanceof DestinationUnavailable || error instanceof AdapterMisconfigured;
}

function adapterError({ log }: AttemptDependencies, id: string, error: unknown): Outcome {
  log.error({ error, callId: shownCallId(id) }, 'The adapter threw');
  return retry(
    id,
    'adapter_error',
    `The adapter threw: ${error instanceof Error ? error.name : 'unknown error'}.`,
  );
}

/** Returns a delivery for the adapter, or the outcome of a delivery that needs no attempt. */
function prepare(due: DueDelivery, dependencies: AttemptDependencies): Delivery | Outcome {
  const { id } = due.call;
  // A replay could otherwise send a test call that was left behind to a CRM.
  if (isTestCall(id) && dependencies.takesTestCalls !== true)
    return skipped(id, 'A test call lands in the reporting table only.');
  // An older revision never replaces a newer one.
  if (due.landedRevision !== undefined && due.landedRevision > due.revision)
    return delivered(id, { effect: 'unchanged' });
  if (due.landedRevision !== undefined && !dependencies.capabilities.updates)
    return skipped(id, 'The destination takes no updates.');
  try {
    return asDelivery(due, dependencies);
  } catch (error) {
    dependencies.log.error({ error, callId: shownCallId(id) }, 'A stored call could not be read in full');
    return rejected(
      id,
      'unreadable_call',
      'The stored call could not be read in full.',
      'Compute it again: npm run refold -- --apply --id <call id>',
    );
  }
}
