import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import type { ReferenceRecord } from './mapping.ts';

/** What the API says of one record. It answers in an order of its own. */
export type RecordResult =
  | { readonly key: string; readonly id: string; readonly effect: 'created' | 'updated' | 'unchanged' }
  | { readonly key: string; readonly error: string };

export interface Client {
  /** Who the token is; reads only. */
  whoAmI(signal: AbortSignal): Promise<string>;
  write(records: readonly ReferenceRecord[], signal: AbortSignal): Promise<readonly RecordResult[]>;
}

export function createClient(url: string, token: string): Client {
  const ask = async (path: string, signal: AbortSignal, records?: readonly unknown[]): Promise<unknown> => {
    const response = await fetch(url + path, {
      method: records === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(records === undefined ? {} : { body: JSON.stringify({ records, merge: true }) }),
      // A redirect could take the token elsewhere.
      redirect: 'error',
      // The core's deadline: nothing outlasts it.
      signal,
    }).catch((cause: unknown) => {
      throw new DestinationUnavailable('The API did not answer.', { cause });
    });
    return await readAnswer(response);
  };
  return {
    whoAmI: async (signal) => ((await ask('/me', signal)) as { name: string }).name,
    write: async (records, signal) =>
      ((await ask('/calls', signal, records)) as { results: RecordResult[] }).results,
  };
}

/** The API's answers in the contract's two words. The body is never quoted: it may hold numbers. */
async function readAnswer(response: Response): Promise<unknown> {
  if (response.ok) {
    return await response.json().catch((cause: unknown) => {
      // Cut off, or no JSON: it may have landed, so it is sent again under the same key.
      throw new DestinationUnavailable('The answer of the API could not be read.', { cause });
    });
  }
  if (response.status === 401 || response.status === 403) {
    throw new AdapterMisconfigured(
      `The API refuses the token (${response.status}).`,
      'Make a new token and set REFERENCE_TOKEN.',
    );
  }
  if (response.status === 429 || response.status >= 500) {
    throw new DestinationUnavailable(`The API answered ${response.status}.`, {
      retryAfterMs: retryAfterMs(response.headers.get('retry-after') ?? ''),
    });
  }
  throw new Error(`The API answered ${response.status}`);
}

/** Seconds, or a date. What is neither is no hint. */
function retryAfterMs(header: string): number | undefined {
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}
