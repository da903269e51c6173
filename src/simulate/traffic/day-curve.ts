import { DateTime } from 'luxon';
import type { Random } from './random.ts';

const hourMs = 3_600_000;

/** How busy each hour of an Australian business day is, from midnight. */
const callsByHour = [1, 1, 0.5, 0.5, 0.5, 1, 3, 8, 20, 30, 32, 30, 24, 24, 28, 28, 26, 18, 10, 6, 5, 4, 3, 2];

/** Draws times within the last 24 hours, most of them in Sydney's daytime. */
export function createDayCurve(nowMs: number): (random: Random) => number {
  const hours = callsByHour.map((_, index) => {
    const fromMs = nowMs - (index + 1) * hourMs;
    const { hour } = DateTime.fromMillis(fromMs, { zone: 'Australia/Sydney' });
    return [fromMs, callsByHour[hour] ?? 1] as const;
  });
  return (random) => random.weighted(hours) + random.integer(0, hourMs - 1);
}
