import pino, { type DestinationStream, type Logger } from 'pino';
import { escapeUnseen } from '../domain/plain-text.ts';
import { createLogOutput } from './log-output.ts';

/**
 * Makes a logger for JSON lines, on standard output by default. Characters that a terminal would obey or show wrongly are
 * escaped.
 */
export function createLogger(
  level: string,
  destination: DestinationStream = createLogOutput(process.stdout.fd),
): Logger {
  const escaping = { write: (line: string): void => destination.write(escapeUnseen(line)) };
  return pino({ level, base: null, serializers: { error: describeError } }, escaping);
}

/**
 * Describes an error with its code, kind and place. The message of a database error is left out, because it can contain the
 * values of a row.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { kind: typeof error };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const holdsValues =
    // JSON.parse quotes the text that it could not read.
    error instanceof SyntaxError ||
    (typeof code === 'string' && /^(?:[0-9A-Z]{5}|ER_\w+|WARN_\w+)$/.test(code));
  return {
    kind: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(holdsValues ? {} : { message: error.message }),
    stack: error.stack
      ?.split('\n')
      .filter((line) => line.startsWith('    at '))
      .slice(0, 8),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}
