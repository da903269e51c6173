import type { ApiError } from './failure.ts';
import type { Parts } from './parts.ts';

/** For how long a field that the org does not know is left out of all Tasks. Milliseconds. */
const unusableForMs = 3_600_000;

/**
 * Leaves out of all Tasks, for a while, the mapped fields that the org complains of.
 *
 * @param names the fields that were asked for
 * @returns false when it complains of none of them
 */
export function leaveOut(
  { mapped, unusable, tools }: Parts,
  error: ApiError,
  names: readonly string[],
): boolean {
  const fields = names.filter(
    (name) => mapped.has(name) && new RegExp(`\\b${name}\\b`).test(error.message) && !unusable.has(name),
  );
  if (fields.length === 0) return false;
  for (const field of fields) unusable.set(field, tools.clock() + unusableForMs);
  tools.log.warn({ fields, code: error.code }, 'The org does not take these fields; calls land without them');
  return true;
}

/** The fields that are left out now, with the code that says why. Those whose time is over are tried again. */
export function unusableNow({ unusable, tools }: Parts): Record<string, string> {
  for (const [field, untilMs] of unusable) if (untilMs <= tools.clock()) unusable.delete(field);
  return Object.fromEntries([...unusable.keys()].map((field) => [field, 'INVALID_FIELD']));
}
