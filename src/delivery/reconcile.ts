import type { Outcome } from '../contract/outcome.ts';
import { retry } from '../contract/outcome.ts';

/** The code for an answer that breaks the adapter contract. */
export const adapterFaultCode = 'adapter_fault';

/** The size of the store's column. */
const remoteIdLengthMax = 191;

/**
 * Exactly one outcome for each delivery of a batch. A missing, repeated or malformed one is a fault of the adapter and
 * becomes a retry: silence never counts as success. Outcomes with unknown ids are counted.
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
        isOutcome(outcome)
          ? outcome
          : retry(id, adapterFaultCode, 'The adapter returned a malformed outcome for it.'),
      );
  }
  const outcomes = new Map<string, Outcome>();
  for (const [id, [first, ...more]] of byId) {
    if (first === undefined)
      outcomes.set(id, retry(id, adapterFaultCode, 'The adapter returned no outcome for it.'));
    else if (more.length > 0)
      outcomes.set(id, retry(id, adapterFaultCode, 'The adapter returned more than one outcome for it.'));
    else outcomes.set(id, first);
  }
  return { outcomes, unknownIds };
}

function idOf(value: unknown): string | undefined {
  const id = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Checks the whole outcome: a value that the store refuses would block the batch for ever. */
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
