import { createHash } from 'node:crypto';

/** A short hash that represents a text in a trace. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * Whether the kit can change a value that a destination shows: it is empty, or the kit wrote it last.
 * Why: docs/decisions/peoples-work.md
 * @param landed the {@link fingerprint} of the value that was written last; undefined: none is known
 */
export function isOursToChange(current: string | null | undefined, landed: string | undefined): boolean {
  if (current === null || current === undefined || current === '') return true;
  return landed !== undefined && fingerprint(current) === landed;
}
