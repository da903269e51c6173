import type { Parts } from './parts.ts';

/** For how long a field that the org does not know is left out of all Tasks. Milliseconds. */
const unusableForMs = 3_600_000;

/** Leaves mapped fields that the org does not take out of all Tasks, for a while. */
export function leaveOut({ unusable, tools }: Parts, fields: readonly string[], code: string): void {
  for (const field of fields) unusable.set(field, tools.clock() + unusableForMs);
  tools.log.warn({ fields, code }, 'The org does not take these fields; calls land without them');
}

/** The fields that are left out now, with the code that says why. Those whose time is over are tried again. */
export function unusableNow({ unusable, tools }: Parts): Record<string, string> {
  for (const [field, untilMs] of unusable) if (untilMs <= tools.clock()) unusable.delete(field);
  return Object.fromEntries([...unusable.keys()].map((field) => [field, 'INVALID_FIELD']));
}
