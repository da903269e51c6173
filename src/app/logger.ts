import pino, { type DestinationStream, type Logger } from 'pino';
import { escapeUnseen } from '../domain/plain-text.ts';
import { createLogOutput } from './log-output.ts';

/**
 * JSON lines, on standard output by default. What a terminal obeys, or shows wrongly, is escaped in them.
 */
export function createLogger(
  level: string,
  destination: DestinationStream = createLogOutput(process.stdout.fd),
): Logger {
  const escaping = { write: (line: string): void => destination.write(escapeUnseen(line)) };
  return pino({ level, base: null, serializers: { error: describeError } }, escaping);
}

/**
 * An error without what a database's message may hold: the values of a row. Its code, kind and place are kept.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { kind: typeof error };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const holdsValues =
    // JSON.parse quotes what it could not read.
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
