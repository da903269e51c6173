import type { Client } from '@hubspot/api-client';
import type { HubspotConfig } from '../config.ts';
import { createConnections } from './connections.ts';
import { exchange, type Answer, type Send } from './exchange.ts';
import { NoAnswer, Refusal } from './refusal.ts';
import { createThrottle } from './throttle.ts';

/** Searches have a limit of their own at HubSpot. */
export type RequestLimit = 'search' | 'other';

/** Takes requests to HubSpot, within its limits and one deadline each. */
export interface Transport {
  /**
   * @returns the body of a 2xx answer, whatever its exact status
   * @throws Refusal when HubSpot answers with an error, NoAnswer when no answer came that could be read
   */
  ask(limit: RequestLimit, send: Send, signal: AbortSignal): Promise<unknown>;
  /** How many requests are left today, as HubSpot said it last. */
  dailyLeft(): { readonly left: number; readonly of: number } | undefined;
  close(): void;
}

// One search a second is left to other apps of the account, and a fifth of the burst.
const searchLimit = { count: 4, perMs: 1_000 };
const burstShare = 0.8;
const burstMs = 10_000;
const remainingMin = 3;

type TransportConfig = Pick<
  HubspotConfig,
  'HUBSPOT_ACCESS_TOKEN' | 'HUBSPOT_BASE_URL' | 'HUBSPOT_API_VERSION' | 'HUBSPOT_TIMEOUT' | 'HUBSPOT_BURST'
>;

/** @param onDailyUse is told which share of the day's requests is used up, 0 to 1 */
export function createTransport(config: TransportConfig, onDailyUse: (ratio: number) => void): Transport {
  const connections = createConnections(config.HUBSPOT_BASE_URL);
  const limits = {
    search: createThrottle(searchLimit),
    other: createThrottle({ count: Math.floor(config.HUBSPOT_BURST * burstShare), perMs: burstMs }),
  };
  let daily: { left: number; of: number } | undefined;
  let sdk: Promise<Client> | undefined;

  const note = ({ headers }: Answer): void => {
    const number = (name: string): number => Number(headers[`x-hubspot-ratelimit-${name}`] ?? NaN);
    // Others use the same burst: what they took is left alone until it is given back.
    if (number('remaining') < remainingMin) limits.other.rest(number('interval-milliseconds') || burstMs);
    const [left, of] = [number('daily-remaining'), number('daily')];
    if (!(left >= 0 && of > 0)) return;
    daily = { left, of };
    onDailyUse(1 - left / of);
  };

  return {
    async ask(limit, send, signal) {
      await limits[limit].take(signal).catch((cause: unknown) => {
        throw new NoAnswer('was not asked: the time of the batch was over', false, { cause });
      });
      sdk ??= loadSdk(config);
      const agent = connections.take();
      const answer = await exchange(await sdk, send, {
        agent,
        timeoutMs: config.HUBSPOT_TIMEOUT,
        signal,
        rewriteUrl: (url) => versioned(url, config.HUBSPOT_API_VERSION),
      }).catch((error: unknown) => {
        connections.end(agent);
        throw error;
      });
      connections.giveBack(agent);
      note(answer);
      return readAnswer(answer);
    },
    dailyLeft: () => daily,
    close: () => connections.close(),
  };
}

/** The library is loaded when it is first needed. Its own retries repeat creates, and stay off. */
async function loadSdk(config: TransportConfig): Promise<Client> {
  const { Client } = await import('@hubspot/api-client');
  return new Client({ accessToken: config.HUBSPOT_ACCESS_TOKEN, basePath: config.HUBSPOT_BASE_URL });
}

/**
 * The library asks under /crm/v3 and /crm/v4; a dated version stands in another place.
 *
 * @param version `v3` leaves the address as it is
 */
export function versioned(url: string, version: string): string {
  if (version === 'v3') return url;
  return url.replace(/\/crm\/v\d+\/([a-z-]+)(?=[/?]|$)/, `/crm/$1/${version}`);
}

function readAnswer({ status, headers, text }: Answer): unknown {
  const body = parsed(text);
  if (status >= 400) throw new Refusal(status, body, retryAfterMs(headers['retry-after']));
  if (status >= 300) throw new NoAnswer(`redirects (${status}), which is not followed`, true);
  if (body === undefined) throw new NoAnswer(`gave an answer that cannot be read (${status})`, true);
  return body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Seconds or a date. */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}
