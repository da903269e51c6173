import type { Random } from '../traffic/random.ts';

/** What is special about a day. */
export interface DayPlan {
  readonly calls: number;
  /** How busy each hour is, from midnight. */
  readonly hours: readonly number[];
  /** The share of calls with a web visit, and the share that the campaign adds. */
  readonly webShare: number;
  readonly campaign: string | undefined;
  readonly campaignShare: number;
  /** The share of answered calls that nobody answers, because too few people are there. */
  readonly understaffedShare: number;
  /** Web visits are missing in the calls. */
  readonly isTrackingBroken: boolean;
}

const workingDay = [1, 1, 0.5, 0.5, 0.5, 1, 3, 8, 20, 30, 32, 30, 24, 24, 28, 28, 26, 18, 10, 6, 5, 4, 3, 2];
const weekend = [1, 1, 0.5, 0.5, 0.5, 1, 2, 4, 8, 12, 14, 14, 12, 10, 9, 8, 8, 7, 6, 5, 4, 3, 2, 1];

/** How busy each weekday is, from Monday. */
const weekdays = [1.15, 1.05, 1, 1, 0.9, 0.35, 0.2];

const growthADay = 0.008;
/** A campaign runs from its first day to its last, in every 30 days. */
const campaigns = [
  { name: 'Brand', from: 0, to: 29, share: 0.06 },
  { name: 'Hot water 2-for-1', from: 9, to: 18, share: 0.22 },
] as const;
const understaffedDays = [15];
const brokenDays = [20, 21];

/** @param index counts days from 0; each 30 days repeat the same events */
export function dayPlan(index: number, weekday: number, callsADay: number, random: Random): DayPlan {
  const inMonth = index % 30;
  const isWeekend = weekday > 5;
  const running = campaigns.filter(({ from, to }) => inMonth >= from && inMonth <= to);
  const campaign = running.length === 0 ? undefined : random.pick(running);
  const lift = 1 + running.reduce((sum, { share }) => sum + share, 0);
  const noise = 0.9 + random.next() * 0.2;
  return {
    calls: Math.round(callsADay * (weekdays[weekday - 1] ?? 1) * (1 + growthADay * index) * lift * noise),
    hours: isWeekend ? weekend : workingDay,
    webShare: 0.25,
    campaign: campaign?.name,
    campaignShare: (lift - 1) / lift,
    understaffedShare: understaffedDays.includes(inMonth) ? 0.5 : isWeekend ? 0.1 : 0.02,
    isTrackingBroken: brokenDays.includes(inMonth),
  };
}
