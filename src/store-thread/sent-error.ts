import { TookTooLong } from '../domain/within.ts';
import { Overloaded } from '../store/group-commit.ts';
import { QuarantineFull } from '../store/quarantine.ts';

/** An error on its way between threads, with the properties that decide what it means. */
export interface SentError {
  readonly kind: 'error';
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The driver's code, such as `SQLITE_FULL`. */
  readonly code: string | undefined;
}

export function toSentError(error: unknown): SentError {
  const { name, message, stack, code }: NodeJS.ErrnoException =
    error instanceof Error ? error : new Error(String(error));
  return { kind: 'error', name, message, stack, code };
}

const classes = { Overloaded, QuarantineFull, TookTooLong };

/** Makes an error of the same class, or with the same name and code. */
export function fromSentError({ name, message, stack, code }: SentError): Error {
  if (name in classes) return new classes[name as keyof typeof classes](message);
  return Object.assign(new Error(message), { name, stack }, code === undefined ? {} : { code });
}
