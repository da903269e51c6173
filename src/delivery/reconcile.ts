import type { Outcome } from '../contract/outcome.ts';
import { retry } from '../contract/outcome.ts';

/** An adapter that answered otherwise than the contract says. */
export const adapterFaultCode = 'adapter_fault';

/** What the store's column holds. */
const remoteIdLengthMax = 191;

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
    const id = idOf(outcome);
    if (id === undefined) continue;
    const own = byId.get(id);
    if (own === undefined) unknownIds += 1;
    else
      own.push(
        isOutcome(outcome) ? outcome : retry(id, adapterFaultCode, 'The adapter gave it a malformed answer.'),
      );
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

function idOf(value: unknown): string | undefined {
  const id = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Checked as a whole: what the store cannot take would leave the batch unsettled for ever. */
function isOutcome(value: unknown): value is Outcome {
  const given = value as Record<string, unknown>;
  const texts = (...keys: string[]): boolean => keys.every((key) => typeof given[key] === 'string');
  switch (given['kind']) {
    case 'delivered':
      return isRemoteId(given['remoteId']) && isJson(given['trace']);
    case 'skipped':
      return texts('rule');
    case 'retry':
      return texts('code', 'reason');
    case 'rejected':
      return texts('code', 'reason', 'remedy');
    default:
      return false;
  }
}

function isRemoteId(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return (
    typeof value === 'string' &&
    value.length <= remoteIdLengthMax &&
    !value.includes('\0') &&
    value.isWellFormed()
  );
}

function isJson(value: unknown): boolean {
  try {
    return value === undefined || typeof JSON.stringify(value) === 'string';
  } catch {
    return false;
  }
}
