import type { Answer } from './answer.ts';
import { rateLimited } from './faults.ts';
import type { RequestKind } from './request-kind.ts';
import type { HubspotStandInOptions } from './stand-in-options.ts';

/** Counts requests as HubSpot does: searches by second, others by ten seconds, all by day. */
export interface RateLimits {
  /** Counts a request. Undefined: it is within the limits. A refused request is not counted. */
  take(kind: RequestKind): Answer | undefined;
  /** The rate-limit headers of an answer. Searches have none. */
  headers(kind: RequestKind): Readonly<Record<string, string>>;
}

const burstMs = 10_000;
const searchMs = 1_000;

export function createRateLimits(options: HubspotStandInOptions, nowMs: () => number): RateLimits {
  const { burst = 100, daily = 250_000, searches = 5 } = options.limits ?? {};
  const dayOf = new Intl.DateTimeFormat('en-CA', { timeZone: options.timeZone ?? 'Australia/Sydney' });
  let recent: number[] = [];
  let recentSearches: number[] = [];
  let day = '';
  let inDay = 0;
  const look = (): void => {
    const now = nowMs();
    recent = recent.filter((atMs) => atMs > now - burstMs);
    recentSearches = recentSearches.filter((atMs) => atMs > now - searchMs);
    const today = dayOf.format(now);
    if (today !== day) [day, inDay] = [today, 0];
  };
  return {
    take(kind) {
      look();
      const isSearch = kind.endsWith('.search');
      if (inDay >= daily) return rateLimited('DAILY');
      if (isSearch && recentSearches.length >= searches) return rateLimited('SECONDLY');
      if (!isSearch && recent.length >= burst) return rateLimited('TEN_SECONDLY_ROLLING');
      (isSearch ? recentSearches : recent).push(nowMs());
      inDay += 1;
      return undefined;
    },
    headers(kind) {
      if (kind.endsWith('.search')) return {};
      look();
      return {
        'x-hubspot-ratelimit-max': String(burst),
        'x-hubspot-ratelimit-remaining': String(Math.max(burst - recent.length, 0)),
        'x-hubspot-ratelimit-interval-milliseconds': String(burstMs),
        'x-hubspot-ratelimit-daily': String(daily),
        'x-hubspot-ratelimit-daily-remaining': String(Math.max(daily - inDay, 0)),
      };
    },
  };
}
