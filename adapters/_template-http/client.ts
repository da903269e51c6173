import { askJson, dataOf, searchedForms, type JsonApi, type RecordCrm } from '#crm';
import type { Config } from './config.ts';
import { mapCall } from './mapping.ts';

/** A person as the API answers it. */
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

/** The API as the kit writes to it, one record per request. This is the one file that talks to it. */
export function createCrm(api: JsonApi): RecordCrm {
  return {
    name: api.name,
    searchedAtOnceMax: 10,
    async search(numbers, signal) {
      const found = await get<Person[]>(api, '/people', numbers.flatMap(searchedForms), signal);
      const people = found.map(({ id, phones, updated_at: updatedAt }) => ({
        id,
        numbers: phones,
        modifiedAtMs: Date.parse(updatedAt),
      }));
      return { people, isCut: false };
    },
    async find(deliveries, signal) {
      const keys = deliveries.map(({ idempotencyKey }) => idempotencyKey);
      const found = await get<{ external_id: string; id: string }[]>(api, '/calls', keys, signal);
      return new Map(found.map(({ external_id: externalId, id }) => [externalId, id]));
    },
    async write(delivery, { id, personId }, signal) {
      const person = personId === undefined ? undefined : { person_id: personId };
      const record = { ...mapCall(delivery), ...person };
      const [method, path] =
        id === undefined ? ['POST', '/calls'] : ['PUT', `/calls/${encodeURIComponent(id)}`];
      const reply = await askJson(api, method, path, signal, record);
      if (id !== undefined && reply.status === 404) return 'gone';
      if (reply.status === 422) return { refusedBecause: 'it answered 422.' };
      return dataOf(reply) as { id: string };
    },
  };
}

async function get<Data>(
  api: JsonApi,
  path: string,
  asked: readonly string[],
  signal: AbortSignal,
): Promise<Data> {
  const query = asked.length === 0 ? '' : `?q=${encodeURIComponent(asked.join(','))}`;
  return dataOf(await askJson(api, 'GET', path + query, signal)) as Data;
}
