import { fstatSync, write as writeInPool, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const waitingBytesMax = 1024 * 1024;
// Soon at first, since a reader may only be slower than a burst; then ever later.
const againAfterMs = { first: 1, last: 100 };
const atExitMs = 1_000;

/**
 * Writes lines to a file descriptor and waits for nobody: whoever reads it may stop or go away, and a disk that takes it
 * may be full. At most 1 MiB of lines wait; what comes on top is dropped, and counted in a line that follows what waited.
 * A write that failed is tried again until it succeeds, every 100 ms at the latest. When the process exits, what waits is
 * written; a reader that is slow then has one second, and any other failure ends it.
 */
export function createLogOutput(fd: number): DestinationStream {
  const stat = fstatSync(fd);
  // Made so by Node, these fail at once instead of waiting. Writing them here and not in the pool tells at every moment,
  // an exit included, how much was taken. A file or a terminal takes the whole of a write, though it may be slow.
  const failsWhenFull = stat.isFIFO() || stat.isSocket();
  let lines: string[] = [];
  let lineBytes = 0;
  let chunk = Buffer.alloc(0);
  let dropped = 0;
  let due = false;
  let inPool = false;
  let waitMs = againAfterMs.first;
  let exitByMs: number | undefined;

  process.once('exit', () => {
    exitByMs = performance.now() + atExitMs;
    // The process ends no sooner than its pool has written this.
    if (inPool) chunk = Buffer.alloc(0);
    drain(exitByMs);
  });
  return { write };

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
      setImmediate(flush);
    }
  }

  /** Joins all that waits into one write; false where nothing does. */
  function fillChunk(): boolean {
    if (chunk.length > 0) return true;
    if (dropped > 0) lines.push(tellDropped(dropped));
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
        goOn(writeSync(fd, chunk));
      } catch {
        goOn(0);
      }
    } else {
      inPool = true;
      writeInPool(fd, chunk, (error, bytes) => {
        inPool = false;
        goOn(error === null ? bytes : 0);
      });
    }
  }

  function goOn(bytes: number): void {
    chunk = chunk.subarray(bytes);
    if (bytes > 0) setImmediate(flush);
    else setTimeout(flush, waitMs).unref();
    waitMs = bytes > 0 ? againAfterMs.first : Math.min(2 * waitMs, againAfterMs.last);
  }

  function drain(byMs: number): void {
    while (fillChunk())
      try {
        chunk = chunk.subarray(writeSync(fd, chunk));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() >= byMs) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, againAfterMs.first);
      }
  }
}

function tellDropped(lines: number): string {
  const msg = 'Lines of this log were dropped, since they could not be written';
  return `${JSON.stringify({ level: 40, time: Date.now(), lines, msg })}\n`;
}
