import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';

// Of lines that wait for their reader. Beyond it they are dropped.
const waitingBytesMax = 1024 * 1024;
// Each takes 100 ms.
const triesAtExit = 10;

/** JSON lines, on standard output unless told otherwise. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, serializers: { error: describeError } };
  return destination === undefined ? logToStandardOutput(options) : pino(options, destination);
}

/**
 * Whoever reads standard output may stop, and a disk that takes it may be full. That holds up no push, fills no memory,
 * and keeps the process from ending for one second only.
 */
function logToStandardOutput(options: LoggerOptions): Logger {
  let exiting = false;
  let tries = 0;
  // Before pino's own listener, which writes what still waits.
  process.once('exit', () => (exiting = true));
  const output = pino.destination({
    // Asked for this, Node makes a pipe one that says when it is full instead of waiting.
    dest: process.stdout.fd,
    sync: false,
    maxLength: waitingBytesMax,
    retryEAGAIN: () => !exiting || (tries += 1) < triesAtExit,
  });
  // Without a listener a failed write would end the process. What could not be written is tried again with the next.
  let failed = false;
  output.on('error', () => (failed = true));
  output.on('write', () => (failed = false));
  const flush = output.flushSync.bind(output);
  output.flushSync = () => {
    // It would try for ever.
    if (failed) return;
    try {
      flush();
    } catch {
      // Nobody reads, and the process ends.
    }
  };
  const log = pino(options, output);
  let dropped = 0;
  output.on('drop', () => (dropped += 1));
  output.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    log.warn({ lines }, 'Lines of this log were dropped, since nobody read it');
  });
  return log;
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
