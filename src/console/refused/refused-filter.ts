import { parseDurationMs } from '../../domain/duration-text.ts';
import type { RefusedFilter } from '../../store/lookup/refused-requests.ts';
import { reasonedCodes } from '../../web/refusal-reasons.ts';

export const refusedPath = '/console/refused';

/** The lengths of time that the page offers, with their words. */
export const spans = { '1h': 'the last hour', '24h': 'the last 24 hours', '7d': 'the last 7 days' } as const;
const usualSpan = '24h';

/** The filter of the page, as its URL has it. Empty texts select everything. */
export interface ShownFilter {
  /** `1h`, `24h`, `7d` or `all`. */
  readonly since: string;
  readonly code: string;
  readonly path: string;
  readonly address: string;
}

/** Reads the filter from the query of the page. An invalid value gives a fault in a sentence. */
export function readRefusedFilter(
  query: Readonly<Record<string, unknown>>,
  nowMs: number,
): { shown: ShownFilter; filter: RefusedFilter; faults: string[] } {
  const text = (name: string): string => {
    const value = query[name];
    return typeof value === 'string' ? value.trim().slice(0, 200) : '';
  };
  const shown = {
    since: text('since') || usualSpan,
    code: text('code'),
    path: text('path'),
    address: text('address'),
  };
  const faults: string[] = [];
  const spanMs = parseDurationMs(shown.since);
  if (shown.since !== 'all' && spanMs === undefined)
    faults.push('The time must be a length such as 1h, 24h or 7d, or all. The last 24 hours are shown.');
  if (shown.code !== '' && !reasonedCodes.includes(shown.code))
    faults.push(`There is no code "${shown.code}", so no request has it.`);
  const usualMs = parseDurationMs(usualSpan) ?? 0;
  return {
    shown,
    faults,
    filter: {
      sinceMs: shown.since === 'all' ? undefined : nowMs - (spanMs ?? usualMs),
      code: shown.code || undefined,
      path: shown.path || undefined,
      address: shown.address || undefined,
    },
  };
}
