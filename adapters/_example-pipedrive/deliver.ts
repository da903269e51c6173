import { askJson, dataOf, type JsonApi, type RecordCrm } from '#crm';
import { get } from './client.ts';
import { keyOf, mapCall } from './mapping.ts';

interface Person {
  readonly id: number;
  readonly phones: readonly string[];
  readonly update_time?: string;
}

// The most people in one answer, and the most activities.
const peopleMax = 100;
const activitiesMax = 500;

/** Pipedrive as the kit writes to it, one activity per request. */
export function createCrm(api: JsonApi): RecordCrm {
  return {
    name: api.name,
    // A search takes one term.
    searchedAtOnceMax: 1,
    async search([number], signal) {
      const term = number?.significant ?? '';
      const path = `persons/search?fields=phone&limit=${peopleMax}&term=${term}`;
      const { items } = await get<{ items: { item: Person }[] }>(api, path, signal);
      const people = items.map(({ item: { id, phones, update_time: time } }) => ({
        id: String(id),
        numbers: phones,
        modifiedAtMs: time === undefined ? undefined : Date.parse(time),
      }));
      return { people, isCut: people.length >= peopleMax };
    },
    // No field of an activity is unique, so the key is read from the notes of that day's calls.
    async find(deliveries, signal) {
      const found = new Map<string, string>();
      for (const date of new Set(deliveries.map((delivery) => mapCall(delivery).due_date))) {
        const path = `activities?type=call&limit=${activitiesMax}&start_date=${date}&end_date=${date}`;
        for (const { id, note } of await get<{ id: number; note: string }[]>(api, path, signal)) {
          const key = keyOf(note);
          if (key !== undefined) found.set(key, String(id));
        }
      }
      return found;
    },
    async write(delivery, { id, personId }, signal) {
      const person = personId === undefined ? undefined : { person_id: Number(personId) };
      const activity = { ...mapCall(delivery), ...person };
      const [method, path] =
        id === undefined ? ['POST', 'activities'] : ['PUT', `activities/${encodeURIComponent(id)}`];
      const reply = await askJson(api, method, `/v1/${path}`, signal, activity);
      if (id !== undefined && [404, 410].includes(reply.status)) return { kind: 'gone' };
      if (reply.status === 400) return { kind: 'refused', reason: 'it answered 400.' };
      return { kind: 'saved', id: String((dataOf(reply) as { data: { id: number } }).data.id) };
    },
  };
}
