import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import type { Config } from './config.ts';
import type { CallRecord } from './mapping.ts';

/** A person as the API answers it. */
export interface Person {
  readonly id: string;
  readonly phones: readonly string[];
  readonly updated_at: string;
}

/** What came of writing one record. */
export type Written = { readonly id: string } | 'gone' | { readonly refusedBecause: string };

/** The API, as far as this adapter uses it. This is the one file that talks to it. */
export interface Client {
  /** The name of the account that the token belongs to. Reads only. */
  whoAmI(signal: AbortSignal): Promise<string>;
  /** People who may have one of these numbers, each number in digits. */
  searchPeople(numbers: readonly string[], signal: AbortSignal): Promise<readonly Person[]>;
  /** The ids of the records that are there, by their external id. */
  findCalls(externalIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Creates a record, or updates the one with this id. */
  write(
    record: CallRecord & { readonly person_id?: string },
    id: string | undefined,
    signal: AbortSignal,
  ): Promise<Written>;
}

export function createClient({ TEMPLATE_URL: url, TEMPLATE_TOKEN: token }: Config): Client {
  const request = (method: string, path: string, signal: AbortSignal, body?: unknown): Promise<Response> =>
    fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect could send the token elsewhere.
      redirect: 'error',
      // The core's deadline: no request outlasts it.
      signal,
    }).catch((cause: unknown) => {
      throw new DestinationUnavailable('The API did not answer.', { cause });
    });
  const get = async <Answer>(path: string, query: string[], signal: AbortSignal): Promise<Answer> => {
    const search = query.length === 0 ? '' : `?q=${encodeURIComponent(query.join(','))}`;
    return readAnswer<Answer>(await request('GET', path + search, signal));
  };
  return {
    whoAmI: async (signal) => (await get<{ name: string }>('/me', [], signal)).name,
    searchPeople: (numbers, signal) => get('/people', [...numbers], signal),
    async findCalls(externalIds, signal) {
      if (externalIds.length === 0) return new Map();
      const found = await get<{ external_id: string; id: string }[]>('/calls', [...externalIds], signal);
      return new Map(found.map(({ external_id: externalId, id }) => [externalId, id]));
    },
    async write(record, id, signal) {
      const [method, path] =
        id === undefined ? ['POST', '/calls'] : ['PUT', `/calls/${encodeURIComponent(id)}`];
      const response = await request(method, path, signal, record);
      if (response.status === 404 && id !== undefined) return 'gone';
      if (response.status === 422)
        return { refusedBecause: (await readJson<{ error: string }>(response)).error };
      return readAnswer<{ id: string }>(response);
    },
  };
}

/** The API's errors in the contract's two words. A body is never quoted, since it can hold numbers. */
function readAnswer<Answer>(response: Response): Promise<Answer> {
  const { status } = response;
  if (response.ok) return readJson<Answer>(response);
  if (status === 401 || status === 403)
    throw new AdapterMisconfigured(
      `The API refuses the token (${status}).`,
      'Create a new token and set TEMPLATE_TOKEN.',
    );
  if (status === 429 || status >= 500)
    throw new DestinationUnavailable(`The API answered ${status}.`, {
      retryAfterMs: retryAfterMs(response.headers.get('retry-after') ?? ''),
    });
  throw new Error(`The API answered ${status}`);
}

async function readJson<Answer>(response: Response): Promise<Answer> {
  return (await response.json().catch((cause: unknown) => {
    // The answer was cut off. The write may have landed, so the next attempt looks before it writes.
    throw new DestinationUnavailable('The answer of the API could not be read.', { cause });
  })) as Answer;
}

/** Seconds, or a date. Other text is no hint. */
function retryAfterMs(header: string): number | undefined {
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}
