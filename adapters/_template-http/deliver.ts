import { askJson, dataOf, searchedForms, type JsonApi, type RecordCrm } from '#crm';
import { get, type Person } from './client.ts';
import { mapCall } from './mapping.ts';

/** The API as the kit writes to it, one record per request. `landOneByOne` calls it. */
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
      if (id !== undefined && reply.status === 404) return { kind: 'gone' };
      if (reply.status === 422) return { kind: 'refused', reason: 'it answered 422.' };
      return { kind: 'saved', id: (dataOf(reply) as { id: string }).id };
    },
  };
}
