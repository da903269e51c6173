import type { Parts } from './parts.ts';

/** For how long a field that the org does not know is left out of all Tasks. Milliseconds. */
const unusableForMs = 3_600_000;

/** Leaves mapped fields that the org does not take out of all Tasks, for a while. */
export function leaveOut({ unusable, tools }: Parts, fields: readonly string[], code: string): void {
  for (const field of fields) unusable.set(field, tools.clock() + unusableForMs);
  tools.log.warn({ fields, code }, 'The org does not take these fields; calls land without them');
}

/** Why a field is left out now. When its time is over, it is tried again. */
export function whyUnusable({ unusable, tools }: Parts, field: string): string | undefined {
  return (unusable.get(field) ?? 0) > tools.clock() ? 'INVALID_FIELD' : undefined;
}
