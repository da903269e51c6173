import { setTimeout as sleep } from 'node:timers/promises';

/** A worker's backlog at the end of a load, and the time to land it. */
export interface Drain {
  /** NaN when the kit did not report it. */
  readonly backlog: number;
  /** Infinity when it did not end. */
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
