import pino, { type DestinationStream, type Logger } from 'pino';
import { escapeUnseen } from '../domain/plain-text.ts';
import { createLogOutput } from './log-output.ts';
import { logText } from './log-text.ts';

/**
 * Makes a logger that writes JSON lines, with times in ISO 8601 and levels in words. Characters that a terminal would obey or
 * show wrongly are escaped.
 */
export function createLogger(level: string, destination: DestinationStream = logOutput('json')): Logger {
  const escaping = { write: (line: string): void => destination.write(escapeUnseen(line)) };
  const options = {
    ...{ level, base: null, serializers: { error: describeError } },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (word: string) => ({ level: word }) },
  };
  return pino(options, escaping);
}

/**
 * Standard output for a logger.
 *
 * @param format `LOG_FORMAT`; auto writes text for people on a terminal, and JSON elsewhere
 */
export function logOutput(format: 'auto' | 'text' | 'json'): DestinationStream {
  const isText = format === 'text' || (format === 'auto' && process.stdout.isTTY);
  return createLogOutput(process.stdout.fd, isText ? logText : undefined);
}

/**
 * Describes an error with its code, kind and place. The message of a database error is omitted, because it can
 * contain the values of a row.
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
