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
  const known = new Set(ids);
  const outcomes = new Map<string, Outcome>();
  let unknownIds = 0;
  for (const outcome of given) {
    const id = idOf(outcome);
    if (id === undefined) continue;
    if (!known.has(id)) unknownIds += 1;
    else if (outcomes.has(id))
      outcomes.set(id, retry(id, adapterFaultCode, 'The adapter returned more than one outcome for it.'));
    else if (isOutcome(outcome)) outcomes.set(id, outcome);
    else outcomes.set(id, retry(id, adapterFaultCode, 'The adapter returned a malformed outcome for it.'));
  }
  for (const id of known) {
    if (!outcomes.has(id))
      outcomes.set(id, retry(id, adapterFaultCode, 'The adapter returned no outcome for it.'));
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
