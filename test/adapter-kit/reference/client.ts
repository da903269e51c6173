import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import type { ReferenceRecord } from './mapping.ts';

/** The API's result for one record. The API answers in its own order. */
export type RecordResult =
  | { readonly key: string; readonly id: string; readonly effect: 'created' | 'updated' | 'unchanged' }
  | { readonly key: string; readonly error: string };

export interface Client {
  /** Reads the owner of the token. */
  whoAmI(signal: AbortSignal): Promise<string>;
  write(records: readonly ReferenceRecord[], signal: AbortSignal): Promise<readonly RecordResult[]>;
}

export function createClient(url: string, token: string): Client {
  const ask = async (path: string, signal: AbortSignal, records?: readonly unknown[]): Promise<unknown> => {
    const response = await fetch(url + path, {
      method: records === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(records === undefined ? {} : { body: JSON.stringify({ records, merge: true }) }),
      // A redirect could send the token elsewhere.
      redirect: 'error',
      // The core's deadline ends every request.
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

/** Translates the API's answers into the contract's two errors. The body is never quoted: it can hold numbers. */
async function readAnswer(response: Response): Promise<unknown> {
  if (response.ok) {
    return await response.json().catch((cause: unknown) => {
      // The answer was cut off or is not JSON. The call may have landed, so it is sent again under the same key.
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

/** The pause of a Retry-After header, which holds seconds or a date. Undefined for other text. */
function retryAfterMs(header: string): number | undefined {
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}
