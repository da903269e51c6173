import type { DriverError } from '../database/dialect.ts';
import { TookTooLong } from '../domain/within.ts';
import { Overloaded } from '../store/group-commit.ts';
import { QuarantineFull } from '../store/quarantine.ts';

/** An error on its way between threads, with the properties that decide what it means. */
export interface SentError {
  readonly kind: 'error';
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The driver's own properties, such as the code `SQLITE_FULL`. */
  readonly driver: Omit<DriverError, 'message'>;
}

export function toSentError(error: unknown): SentError {
  const { name, message, stack, code, errno, sqlState, fatal }: Error & DriverError =
    error instanceof Error ? error : new Error(String(error));
  const driver = Object.fromEntries(
    Object.entries({ code, errno, sqlState, fatal }).filter(([, value]) => value !== undefined),
  );
  return { kind: 'error', name, message, stack, driver };
}

// The log omits the message of a SyntaxError, because JSON.parse quotes the text that it could not read.
const classes = new Map(
  [Overloaded, QuarantineFull, TookTooLong, SyntaxError].map((Class) => [Class.name, Class]),
);

/** Makes an error of the same class, or with the same name and the driver's properties. */
export function fromSentError({ name, message, stack, driver }: SentError): Error {
  const Class = classes.get(name);
  const error = Class === undefined ? Object.assign(new Error(message), { name }) : new Class(message);
  return Object.assign(error, stack === undefined ? {} : { stack }, driver);
}
