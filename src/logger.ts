import pino, { type DestinationStream, type Logger } from 'pino';
import { createLogOutput } from './log-output.ts';

/** JSON lines, on standard output unless told otherwise. */
export function createLogger(
  level: string,
  destination: DestinationStream = createLogOutput(process.stdout.fd),
): Logger {
  return pino({ level, base: null, serializers: { error: describeError } }, destination);
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
