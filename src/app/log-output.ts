import { fstatSync, write as writeInPool, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const waitingBytesMax = 1024 * 1024;
// Lines that come within this time share a write. A busy receiver would otherwise write thousands of times a second.
const gatherMs = 20;
// The first retry comes soon, because a reader may only be slower than a burst. Then the waits grow.
const againAfterMs = { first: 1, last: 100 };
const atExitMs = 1_000;
// Longer, because a busy pool will finish, and Node waits for it at the exit anyway.
const poolAtExitMs = 10_000;

/**
 * Writes log lines to a file descriptor, those of 20 ms at once. It never waits, because the reader may stop and the disk
 * may be full. At most 1 MiB of lines wait. Further lines are dropped, and a later line gives their number. A failed write
 * is retried until it succeeds, at least every 100 ms. At the exit of the process, the waiting lines are written. A slow
 * reader then has one second, and a busy thread pool ten. Any other failure ends the attempt. A kill loses the lines of the
 * last 20 ms.
 *
 * @param format turns a line of JSON into the form in which it is written
 */
export function createLogOutput(
  fd: number,
  format: (json: string) => string = (json) => json,
): DestinationStream {
  const stat = fstatSync(fd);
  // Node makes pipes and sockets non-blocking, so a write fails at once when they are full. A write here, and not in
  // the pool, always returns the number of written bytes, also at exit. A file or terminal takes a whole write, perhaps
  // slowly.
  const failsWhenFull = stat.isFIFO() || stat.isSocket();
  let lines: string[] = [];
  let lineBytes = 0;
  let chunk = Buffer.alloc(0);
  let dropped = 0;
  let due = false;
  let inPool = false;
  // The size of the file when the pool has written its chunk.
  let sizeAfterPool = 0;
  let waitMs = againAfterMs.first;
  let exitByMs: number | undefined;

  process.once('exit', () => {
    if (inPool) {
      const hasFailed = waitMs > againAfterMs.first;
      waitForPool(performance.now() + (hasFailed ? atExitMs : poolAtExitMs));
      chunk = Buffer.alloc(0);
    }
    exitByMs = performance.now() + atExitMs;
    drain(exitByMs);
  });
  return { write: (json) => write(format(json)) };

  function write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (chunk.length + lineBytes + bytes > waitingBytesMax) dropped += 1;
    else {
      lines.push(line);
      lineBytes += bytes;
    }
    if (exitByMs !== undefined) drain(exitByMs);
    else if (!due) {
      due = true;
      setTimeout(flush, gatherMs).unref();
    }
  }

  /** Joins all waiting lines into one chunk. False when there are none. */
  function fillChunk(): boolean {
    if (chunk.length > 0) return true;
    if (dropped > 0) lines.push(format(droppedLine(dropped)));
    chunk = Buffer.from(lines.join(''));
    lines = [];
    lineBytes = dropped = 0;
    return chunk.length > 0;
  }

  function flush(): void {
    due = fillChunk();
    if (!due) return;
    if (failsWhenFull) {
      try {
        continueAfter(writeSync(fd, chunk));
      } catch {
        continueAfter(0);
      }
    } else {
      inPool = true;
      if (stat.isFile()) sizeAfterPool = sizeOfFile() + chunk.length;
      writeInPool(fd, chunk, (error, bytes) => {
        inPool = false;
        continueAfter(error === null ? bytes : 0);
      });
    }
  }

  function continueAfter(bytes: number): void {
    chunk = chunk.subarray(bytes);
    if (chunk.length === 0) setTimeout(flush, gatherMs).unref();
    else if (bytes > 0) setImmediate(flush);
    else setTimeout(flush, waitMs).unref();
    waitMs = bytes > 0 ? againAfterMs.first : Math.min(2 * waitMs, againAfterMs.last);
  }

  /** Waits until the pool has written its chunk, at the exit. Without the wait, later lines could come first. */
  function waitForPool(untilMs: number): void {
    while (sizeOfFile() < sizeAfterPool && performance.now() < untilMs) pause();
  }

  function drain(byMs: number): void {
    while (fillChunk())
      try {
        chunk = chunk.subarray(writeSync(fd, chunk));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() >= byMs) return;
        pause();
      }
  }

  function sizeOfFile(): number {
    try {
      return fstatSync(fd).size;
    } catch {
      return 0;
    }
  }
}

/** Stops this thread for a moment. The pool continues. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, againAfterMs.first);
}

function droppedLine(lines: number): string {
  const msg = 'Some lines of this log were dropped, because they could not be written';
  return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), lines, msg })}\n`;
}
