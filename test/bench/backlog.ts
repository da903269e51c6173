import { setTimeout as sleep } from 'node:timers/promises';

/** What a worker had left at the end of a load, and how long it took to land that. */
export interface Drain {
  /** NaN where the kit did not tell. */
  readonly backlog: number;
  /** Infinity where it did not end. */
  readonly seconds: number;
}

const drainWithinMs = 120_000;

export async function drain(port: number): Promise<Drain> {
  const startedMs = performance.now();
  const backlog = await readBacklog(port);
  let left = backlog;
  while (left > 0 && performance.now() - startedMs < drainWithinMs) {
    await sleep(100);
    left = await readBacklog(port);
  }
  return { backlog, seconds: left === 0 ? (performance.now() - startedMs) / 1000 : Infinity };
}

async function readBacklog(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^jet_backlog_deliveries\{[^}]*\} (\S+)$/m.exec(text)?.[1] ?? NaN);
}
