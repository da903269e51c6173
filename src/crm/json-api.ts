import { AdapterMisconfigured, DestinationUnavailable } from '../contract/errors.ts';
import type { Finding } from '../contract/adapter.ts';
import { requestOnce } from './request-once.ts';

/** An API that takes and answers JSON. */
export interface JsonApi {
  /** The name for messages: `Pipedrive`. */
  readonly name: string;
  readonly url: string;
  /** The header with the credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the operator can do when the API refuses the credentials. */
  readonly remedy: string;
}

/** An answer, except a refusal of the credentials, 429, 5xx and a redirect: those are thrown. */
export interface JsonReply {
  readonly status: number;
  /** The body. Its shape is not checked. */
  readonly data: unknown;
}

// The core's signal ends every request. This limit ends a request that hangs sooner.
const deadlineMs = 20_000;

/**
 * Sends one request. Never quotes a body in an error, since it can hold numbers.
 * @throws DestinationUnavailable when the API did not answer, is overloaded, or its answer was cut off
 * @throws AdapterMisconfigured when the API refuses the credentials
 */
export async function askJson(
  { name, url, headers, remedy }: JsonApi,
  method: string,
  path: string,
  signal: AbortSignal,
  body?: unknown,
): Promise<JsonReply> {
  const { status, text, retryAfterMs } = await requestOnce(
    new URL(path, url).href,
    {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    },
    { deadlineMs, signal },
  ).catch((cause: unknown) => {
    throw new DestinationUnavailable(`${name} did not answer: ${(cause as Error).message}.`, { cause });
  });
  if (status === 401 || status === 403)
    throw new AdapterMisconfigured(`${name} refuses the token (${status}).`, remedy);
  if (status === 429 || status >= 500)
    throw new DestinationUnavailable(`${name} answered ${status}.`, { retryAfterMs });
  return { status, data: text === '' ? undefined : readJson(text, name) };
}

/**
 * The body of an answer that must be a success. Its shape is not checked.
 * @throws Error for any other answer
 */
export function dataOf({ status, data }: JsonReply): unknown {
  if (status >= 400) throw new Error(`The API answered ${status}`);
  return data;
}

/** Findings for `check`: reads the name of the account that the token belongs to. */
export async function checkAccount(
  { name }: JsonApi,
  readAccount: () => Promise<string>,
  remedy: string,
): Promise<readonly Finding[]> {
  try {
    return [{ level: 'ok', message: `${name} accepts the token of ${await readAccount()}.` }];
  } catch (error) {
    if (error instanceof AdapterMisconfigured)
      return [{ level: 'fault', message: error.message, remedy: error.remedy }];
    if (error instanceof DestinationUnavailable) return [{ level: 'fault', message: error.message, remedy }];
    throw error;
  }
}

function readJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The answer was cut off. The write may have landed, so the next attempt looks the record up before it writes.
    throw new DestinationUnavailable(`The answer of ${name} could not be read.`, { cause });
  }
}
