import { cutText } from '#contract';
import type { ApiError } from './failure.ts';
import { fieldsNamed } from './item-verdict.ts';
import type { Parts } from './parts.ts';
import type { Fields } from './task-fields.ts';

/**
 * Learns how long mapped fields are from a record that was refused for texts that are longer.
 *
 * @returns true when that is all that was wrong with it: cut to fit, it can be sent again
 */
export function learnLengths({ lengths, mapped }: Parts, errors: readonly ApiError[], sent: Fields): boolean {
  const told = errors.map((error): readonly [string, number] | undefined => {
    const length = Number(/max length=(\d+)/.exec(error.message)?.[1] ?? NaN);
    const [name, ...more] = fieldsNamed(error, sent).filter((field) => mapped.has(field));
    const isTold = error.code === 'STRING_TOO_LONG' && name !== undefined && more.length === 0;
    return isTold && String(sent[name]).length > length ? [name, length] : undefined;
  });
  for (const one of told) if (one !== undefined) lengths.set(...one);
  return told.length > 0 && !told.includes(undefined);
}

/** Texts of mapped fields no longer than the org takes them, as far as it has told. */
export function cutToFit({ lengths }: Parts, fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const length = lengths.get(name);
      // Salesforce trims texts: ours come back as they were sent only when they are trimmed before.
      return [
        name,
        typeof value === 'string' && length !== undefined ? cutText(value, length).trim() : value,
      ];
    }),
  );
}
