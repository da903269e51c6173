import type { Outcome } from '../contract/outcome.ts';
import { retry } from '../contract/outcome.ts';

/** An adapter that answered otherwise than the contract says. */
export const adapterFaultCode = 'adapter_fault';

/**
 * Exactly one outcome for each delivery of a batch. A missing, repeated or malformed one is a fault of the
 * adapter and becomes a retry: silence is never success. Outcomes of ids that are not in the batch are counted.
 */
export function reconcile(
  ids: readonly string[],
  answered: unknown,
): { outcomes: ReadonlyMap<string, Outcome>; unknownIds: number } {
  const given = Array.isArray(answered) ? (answered as unknown[]) : [];
  const byId = new Map<string, Outcome[]>(ids.map((id) => [id, []]));
  let unknownIds = 0;
  for (const outcome of given) {
    if (!isOutcome(outcome)) continue;
    const own = byId.get(outcome.id);
    if (own === undefined) unknownIds += 1;
    else own.push(outcome);
  }
  const outcomes = new Map<string, Outcome>();
  for (const [id, [first, ...more]] of byId) {
    if (first === undefined)
      outcomes.set(id, retry(id, adapterFaultCode, 'The adapter answered nothing for it.'));
    else if (more.length > 0)
      outcomes.set(id, retry(id, adapterFaultCode, 'The adapter answered more than once for it.'));
    else outcomes.set(id, first);
  }
  return { outcomes, unknownIds };
}

function isOutcome(value: unknown): value is Outcome {
  if (typeof value !== 'object' || value === null) return false;
  const { id, kind } = value as { id?: unknown; kind?: unknown };
  return typeof id === 'string' && ['delivered', 'skipped', 'retry', 'rejected'].includes(String(kind));
}
