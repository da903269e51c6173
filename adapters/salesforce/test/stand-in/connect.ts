import type { JsonValue } from '../../../../src/domain/jet-fields.ts';
import {
  startSalesforceStandIn,
  type SalesforceStandIn,
  type SalesforceStandInOptions,
} from './salesforce-stand-in.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text if it is not JSON. */
  readonly body: JsonValue;
}

/** A stand-in with a client that has a token, for the stand-in's own tests. */
export interface Connected {
  readonly org: SalesforceStandIn;
  readonly token: () => Promise<string>;
  /** A request under `/services/data/v62.0`. */
  readonly ask: (method: string, path: string, body?: JsonValue, signal?: AbortSignal) => Promise<Reply>;
  readonly search: (sosl: string) => Promise<Reply>;
  readonly query: (soql: string) => Promise<Reply>;
  readonly createTasks: (...tasks: Record<string, JsonValue>[]) => Promise<Reply>;
}

export async function getToken(
  org: Pick<SalesforceStandIn, 'url' | 'clientId' | 'clientSecret'>,
): Promise<Reply> {
  return await send(`${org.url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: org.clientId,
      client_secret: org.clientSecret,
    }),
  });
}

export async function send(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as JsonValue) : text,
  };
}

const opened: SalesforceStandIn[] = [];

/** Closes every open stand-in. Call it in `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const org of opened.splice(0)) await org.close();
}

export async function connect(options: SalesforceStandInOptions = {}): Promise<Connected> {
  const org = await startSalesforceStandIn(options);
  opened.push(org);
  const token = async (): Promise<string> =>
    ((await getToken(org)).body as { access_token: string }).access_token;
  const first = await token();
  const ask: Connected['ask'] = (method, path, body, signal) =>
    send(`${org.url}/services/data/v62.0${path}`, {
      method,
      headers: { authorization: `Bearer ${first}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    org,
    token,
    ask,
    search: (sosl) => ask('GET', `/search?q=${encodeURIComponent(sosl)}`),
    query: (soql) => ask('GET', `/query?q=${encodeURIComponent(soql)}`),
    createTasks: (...tasks) =>
      ask('POST', '/composite/sobjects', {
        allOrNone: false,
        records: tasks.map((task) => ({ attributes: { type: 'Task' }, ...task })),
      }),
  };
}

/** The ids that an answer to a write names. */
export function idsOf({ body }: Reply): string[] {
  return (body as { id?: string }[]).map(({ id = '' }) => id);
}

/** The error codes in an answer to a write of many records, and `ok` for each accepted record. */
export function codesOf({ body }: Reply): string[] {
  return (body as { errors: { statusCode: string }[] }[]).map(({ errors }) => errors[0]?.statusCode ?? 'ok');
}
