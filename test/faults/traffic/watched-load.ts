import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Scene } from '../scene/scene.ts';
import { ask, callTraffic, sendAtRate } from './traffic.ts';

/** Pushes at a steady rate during a fault, with the answers and their times. */
export interface WatchedLoad {
  readonly answers: {
    readonly status: number | undefined;
    readonly sentMs: number;
    readonly tookMs: number;
  }[];
  stop(): Promise<void>;
}

/** @param rate pushes a second */
export function watchLoad(scene: Scene, url: string, token: string | undefined, rate: number): WatchedLoad {
  const answers: WatchedLoad['answers'] = [];
  let over = false;
  const sending = sendAtRate({
    pushes: callTraffic(`w${Math.round(performance.now())}`, scene.random),
    rate,
    answers: scene.answers,
    isOver: () => over,
    async send(push) {
      const sentMs = performance.now();
      const answer = await ask(url, token, push);
      answers.push({ status: answer?.status, sentMs, tookMs: performance.now() - sentMs });
      if (answer?.status === 503) expect(answer.headers.get('retry-after')).toBe('5');
      return answer?.status;
    },
  });
  return {
    answers,
    async stop() {
      over = true;
      await sending;
    },
  };
}

/** How long after this time a push was accepted again, in milliseconds. */
export async function takenAgain({ answers }: WatchedLoad, sinceMs: number): Promise<number> {
  for (;;) {
    const first = answers.find(({ status, sentMs }) => status === 200 && sentMs >= sinceMs);
    if (first !== undefined) return Math.round(first.sentMs + first.tookMs - sinceMs);
    await sleep(20);
  }
}

/** The answers as text: how many had each status. */
export function tallyOf({ answers }: WatchedLoad): string {
  const counts = new Map<string, number>();
  for (const { status } of answers) counts.set(String(status), (counts.get(String(status)) ?? 0) + 1);
  return JSON.stringify(Object.fromEntries(counts));
}
