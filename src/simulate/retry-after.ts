const waitMaxMs = 30_000;

/**
 * The wait that an answer asks for (RFC 9110 section 10.2.3: seconds or a date), at most half a minute.
 *
 * @returns undefined when the header is absent or not readable
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), waitMaxMs);
}
