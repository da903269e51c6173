import type { Parts } from './parts.ts';

/** How long a refused field is omitted from all Tasks. Milliseconds. */
const unusableForMs = 3_600_000;

/** Omits mapped fields that the org refuses from all Tasks, for an hour. */
export function omitFields({ unusable, tools }: Parts, fields: readonly string[], code: string): void {
  for (const field of fields) unusable.set(field, tools.clock() + unusableForMs);
  tools.log.warn({ fields, code }, 'The org refuses these fields, so calls land without them for an hour');
}

/** Why a field is omitted now. Undefined: it is sent, perhaps for the first time after an hour. */
export function whyUnusable({ unusable, tools }: Parts, field: string): string | undefined {
  return (unusable.get(field) ?? 0) > tools.clock() ? 'INVALID_FIELD' : undefined;
}
