import type { RequestHandler, Response } from 'express';
import { setTimeout as sleep } from 'node:timers/promises';
import { listReplayJobs, readReplayJob, type ReplayJob } from '../../store/lookup/replay/replay-jobs.ts';
import type { Store } from '../../store/store.ts';
import { Problem } from '../../web/problem.ts';
import type { Html } from '../../web/html.ts';

export interface JobStreamOptions {
  readonly store: Store;
  readonly rowsMax: number;
  readonly isClosing: () => boolean;
}

const pollMs = 1_000;
const pingEveryMs = 20_000;
const streamsMax = 20;

/**
 * Streams the rows of changing jobs. Each event holds one table row. A page without the script has a link that
 * refreshes it.
 */
export function jobStream(
  { store, rowsMax, isClosing }: JobStreamOptions,
  rowOf: (job: ReplayJob, response: Response) => Html,
): RequestHandler {
  let streams = 0;
  const read = async (only: unknown): Promise<readonly ReplayJob[]> => {
    if (typeof only !== 'string') return (await listReplayJobs(store, rowsMax)).reverse();
    const job = await readReplayJob(store, only);
    return job === undefined ? [] : [job];
  };
  return async (request, response) => {
    if (streams >= streamsMax)
      throw new Problem('too_many_connections', 'Too many pages follow replays now. Close some of them.');
    streams += 1;
    const closed = new AbortController();
    response.on('close', () => closed.abort());
    try {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
      response.write('retry: 2000\n\n');
      await follow(closed.signal, request.query['job']);
    } finally {
      streams -= 1;
      response.end();
    }

    async function follow(signal: AbortSignal, only: unknown): Promise<void> {
      const shown = new Map<string, string>();
      let saidAtMs = performance.now();
      let isFirst = true;
      while (!signal.aborted && !isClosing()) {
        for (const job of await read(only)) {
          const text = rowOf(job, response).text.replace(/\s*\n\s*/g, ' ');
          // The page already shows the end of earlier jobs.
          const isKnown = isFirst && job.finishedAtMs !== undefined;
          const isSame = shown.get(job.id) === text;
          shown.set(job.id, text);
          if (isKnown || isSame) continue;
          response.write(`event: row\ndata: ${text}\n\n`);
          saidAtMs = performance.now();
        }
        isFirst = false;
        if (performance.now() - saidAtMs > pingEveryMs) {
          response.write(': still here\n\n');
          saidAtMs = performance.now();
        }
        await sleep(pollMs, undefined, { signal }).catch(() => undefined);
      }
    }
  };
}
