import type { AdapterTools, Delivery } from '#contract';
import { counterpartToSearch, matchPeople, type PersonMatch } from '#crm';
import type { Client } from './client.ts';

const matchValidForMs = 86_400_000;
const missValidForMs = 5 * 60_000;

/** The person behind each call, by the id of its delivery. */
export async function findPeople(
  client: Client,
  { ledger, ownNumbers, ...tools }: AdapterTools,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PersonMatch>> {
  const numbers = new Map(
    batch.flatMap(({ id, call }) => {
      const { number } = counterpartToSearch(call, ownNumbers);
      return number === undefined ? [] : [[id, number] as const];
    }),
  );
  const again = batch.filter(({ visit }) => visit === 'revisit' || visit === 'replay');
  const matches = await matchPeople(
    [...numbers.values()],
    {
      ledger,
      rules: { objects: ['person'], policy: 'latest' },
      readNumber: (text) => tools.readNumber(text),
      // A search of Pipedrive takes one term.
      searchSize: () => 1,
      search: async ([number]) => {
        const people = await client.searchPeople(number?.significant ?? '', signal);
        const candidates = people.map(({ id, phones, update_time: time }) => ({
          object: 'person',
          id: String(id),
          numbers: phones,
          modifiedAtMs: time === undefined ? undefined : Date.parse(time),
        }));
        return { candidates, isCut: people.length >= 100 };
      },
      matchValidForMs,
      missValidForMs,
    },
    new Set(again.flatMap(({ id }) => numbers.get(id) ?? [])),
  );
  return new Map(
    [...numbers].flatMap(([id, number]) => {
      const match = matches.get(number);
      return match === undefined ? [] : [[id, match] as const];
    }),
  );
}
