import { askJson, dataOf, type JsonApi } from '#crm';
import type { Config } from './config.ts';

/** A person as the API returns it. */
export interface Person {
  readonly id: string;
  readonly phones: readonly string[];
  readonly updated_at: string;
}

/** How the API is reached. */
export function createApi({ TEMPLATE_URL: url, TEMPLATE_TOKEN: token }: Config): JsonApi {
  const remedy = 'Create a new token and set TEMPLATE_TOKEN.';
  return { name: 'The API', url, headers: { authorization: `Bearer ${token}` }, remedy };
}

/** The name of the account that the token belongs to. Reads only. */
export async function readAccount(api: JsonApi, signal: AbortSignal): Promise<string> {
  return (await get<{ name: string }>(api, '/me', [], signal)).name;
}

/** Reads an answer. Its shape is not checked. */
export async function get<Data>(
  api: JsonApi,
  path: string,
  asked: readonly string[],
  signal: AbortSignal,
): Promise<Data> {
  const query = asked.length === 0 ? '' : `?q=${encodeURIComponent(asked.join(','))}`;
  return dataOf(await askJson(api, 'GET', path + query, signal)) as Data;
}
