import { askJson, dataOf, type JsonApi } from '#crm';
import type { Config } from './config.ts';

/** How the company's Pipedrive is reached. */
export function createApi({ PIPEDRIVE_URL: url, PIPEDRIVE_API_TOKEN: token }: Config): JsonApi {
  const remedy = 'Copy the token from Personal preferences > API, and set PIPEDRIVE_API_TOKEN.';
  return { name: 'Pipedrive', url, headers: { 'x-api-token': token }, remedy };
}

/** The name of the user that owns the token. Reads only. */
export async function readUser(api: JsonApi, signal: AbortSignal): Promise<string> {
  return (await get<{ name: string }>(api, 'users/me', signal)).name;
}

/** Reads the data of an answer. Its shape is not checked. */
export async function get<Data>(api: JsonApi, path: string, signal: AbortSignal): Promise<Data> {
  return (dataOf(await askJson(api, 'GET', `/v1/${path}`, signal)) as { data: Data }).data;
}
