import { LostReply, requestOnce, type Reply } from '#crm';
import type { HubspotConfig } from '../config.ts';
import { sendThrough, type LibraryPart, type Send } from './library.ts';
import { Refusal } from './refusal.ts';
import { createThrottle } from './throttle.ts';

/** Searches have their own limit at HubSpot. */
export type RequestLimit = 'search' | 'other';

/** Sends requests to HubSpot within its limits. Each has a deadline. */
export interface Transport {
  /**
   * Sends one request through a part of HubSpot's library.
   * @param load imports the part when it is first needed
   * @returns the body of any 2xx answer
   * @throws Refusal when HubSpot answers with an error, LostReply when no readable answer came
   */
  ask<Part extends LibraryPart>(
    limit: RequestLimit,
    load: () => Promise<Part>,
    send: Send<Part>,
    signal: AbortSignal,
  ): Promise<unknown>;
  /** Posts to a path that the library does not support. Throws the same errors as {@link Transport.ask}. */
  post(path: string, body: object, signal: AbortSignal): Promise<unknown>;
  /** The requests that remain today, from the last answer. */
  dailyLeft(): { readonly left: number; readonly of: number } | undefined;
}

// Leaves one search a second, and a fifth of the burst, for other apps of the account.
const searchLimit = { count: 4, perMs: 1_000 };
const burstShare = 0.8;
const burstMs = 10_000;
const remainingMin = 3;

type TransportConfig = Pick<
  HubspotConfig,
  'HUBSPOT_ACCESS_TOKEN' | 'HUBSPOT_BASE_URL' | 'HUBSPOT_API_VERSION' | 'HUBSPOT_TIMEOUT' | 'HUBSPOT_BURST'
>;

/** @param onDailyUse receives the used share of the day's requests, 0 to 1 */
export function createTransport(config: TransportConfig, onDailyUse: (ratio: number) => void): Transport {
  const limits = {
    search: createThrottle(searchLimit),
    other: createThrottle({ count: Math.floor(config.HUBSPOT_BURST * burstShare), perMs: burstMs }),
  };
  let daily: { left: number; of: number } | undefined;

  const note = ({ headers }: Reply): void => {
    const number = (name: string): number => Number(headers.get(`x-hubspot-ratelimit-${name}`) ?? NaN);
    // Other apps share the burst. The kit leaves them the rest until HubSpot refills the burst.
    if (number('remaining') < remainingMin) limits.other.rest(number('interval-milliseconds') || burstMs);
    const [left, of] = [number('daily-remaining'), number('daily')];
    if (!(left >= 0 && of > 0)) return;
    daily = { left, of };
    onDailyUse(1 - left / of);
  };
  const takeTurn = async (limit: RequestLimit, signal: AbortSignal): Promise<void> => {
    await limits[limit].take(signal).catch((cause: unknown) => {
      throw new LostReply('the deadline of the batch passed', { isSent: false, cause });
    });
  };
  const exchange = async (
    url: string,
    init: Parameters<typeof requestOnce>[1],
    signal: AbortSignal,
  ): Promise<Reply> => {
    const reply = await requestOnce(url, init, { deadlineMs: config.HUBSPOT_TIMEOUT, signal });
    note(reply);
    return reply;
  };

  return {
    async ask(limit, load, send, signal) {
      await takeTurn(limit, signal);
      const access = {
        token: config.HUBSPOT_ACCESS_TOKEN,
        urlOf: (path: string) => versioned(`${config.HUBSPOT_BASE_URL}${path}`, config.HUBSPOT_API_VERSION),
      };
      return readReply(
        await sendThrough(await load(), send, access, (url, init) => exchange(url, init, signal)),
      );
    },
    async post(path, body, signal) {
      await takeTurn('other', signal);
      const headers = {
        authorization: `Bearer ${config.HUBSPOT_ACCESS_TOKEN}`,
        'content-type': 'application/json',
      };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      return readReply(await exchange(`${config.HUBSPOT_BASE_URL}${path}`, init, signal));
    },
    dailyLeft: () => daily,
  };
}

/**
 * Rewrites the library's paths (/crm/v3 and /crm/v4) for a dated version.
 * @param version `v3` changes nothing
 */
export function versioned(url: string, version: string): string {
  if (version === 'v3') return url;
  return url.replace(/\/crm\/v\d+\/([a-z-]+)(?=[/?]|$)/, `/crm/$1/${version}`);
}

function readReply({ status, text, retryAfterMs }: Reply): unknown {
  const body = parsed(text);
  if (status >= 400) throw new Refusal(status, body, retryAfterMs);
  if (body === undefined) throw new LostReply(`it cannot be read (${status})`, { isSent: true });
  return body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
