import { createHash } from 'node:crypto';

/** Stands for a text in a trace: the same for the same text, and short. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * Whether what a destination shows is the kit's to change: it is empty, or what the kit wrote last.
 * Why: docs/decisions/peoples-work.md
 *
 * @param landed the {@link fingerprint} of what was written last; undefined: nothing is known of it
 */
export function isOursToChange(current: string | null | undefined, landed: string | undefined): boolean {
  if (current === null || current === undefined || current === '') return true;
  return landed !== undefined && fingerprint(current) === landed;
}
