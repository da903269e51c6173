import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import type { Activity } from './mapping.ts';

export interface Person {
  readonly id: number;
  readonly phones: readonly string[];
  readonly update_time?: string;
}

export type Written = number | 'gone' | 'refused';

/** Pipedrive's API, as far as this adapter uses it. This is the one file that talks to it. */
export interface Client {
  whoAmI(signal: AbortSignal): Promise<string>;
  /** People whose phone numbers contain these digits. */
  searchPeople(digits: string, signal: AbortSignal): Promise<readonly Person[]>;
  /** The calls of one day. */
  callsOfDay(date: string, signal: AbortSignal): Promise<readonly (Activity & { id: number })[]>;
  /** Creates an activity, or updates the one with this id. Answers its id. */
  write(
    activity: Activity & { person_id?: number },
    id: string | undefined,
    signal: AbortSignal,
  ): Promise<Written>;
}

export function createClient(url: string, token: string): Client {
  const ask = async (
    method: string,
    path: string,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<Response> => {
    const response = await fetch(new URL(`/v1/${path}`, url), {
      method,
      headers: { 'x-api-token': token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal,
    }).catch((cause: unknown) => {
      throw new DestinationUnavailable('Pipedrive did not answer.', { cause });
    });
    const { status } = response;
    if (status === 401 || status === 403)
      throw new AdapterMisconfigured(
        `Pipedrive refuses the token (${status}).`,
        'Copy the token from Personal preferences > API, and set PIPEDRIVE_API_TOKEN.',
      );
    if (status === 429 || status >= 500) {
      const seconds = Number(response.headers.get('retry-after') ?? NaN);
      throw new DestinationUnavailable(`Pipedrive answered ${status}.`, {
        retryAfterMs: Number.isNaN(seconds) ? undefined : seconds * 1000,
      });
    }
    return response;
  };
  const get = async <Data>(path: string, signal: AbortSignal): Promise<Data> =>
    dataOf<Data>(await ask('GET', path, signal));
  return {
    whoAmI: async (signal) => (await get<{ name: string }>('users/me', signal)).name,
    async searchPeople(digits, signal) {
      const found = await get<{ items: { item: Person }[] }>(
        `persons/search?fields=phone&limit=100&term=${digits}`,
        signal,
      );
      return found.items.map(({ item }) => item);
    },
    callsOfDay: (date, signal) =>
      get(`activities?type=call&limit=500&start_date=${date}&end_date=${date}`, signal),
    async write(activity, id, signal) {
      const [method, path] =
        id === undefined ? ['POST', 'activities'] : ['PUT', `activities/${encodeURIComponent(id)}`];
      const response = await ask(method, path, signal, activity);
      if (id !== undefined && (response.status === 404 || response.status === 410)) return 'gone';
      if (response.status === 400) return 'refused';
      return (await dataOf<{ id: number }>(response)).id;
    },
  };
}

async function dataOf<Data>(response: Response): Promise<Data> {
  if (!response.ok) throw new Error(`Pipedrive answered ${response.status}`);
  const { data } = (await response.json().catch((cause: unknown) => {
    throw new DestinationUnavailable('The answer of Pipedrive could not be read.', { cause });
  })) as { data: Data };
  return data;
}
