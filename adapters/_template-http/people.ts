import type { AdapterTools, Delivery } from '#contract';
import { counterpartToSearch, matchPeople, searchedForms, type PersonMatch } from '#crm';
import type { Client } from './client.ts';

const numbersPerSearch = 10;
const matchValidForMs = 86_400_000;
const missValidForMs = 5 * 60_000;

/** The person behind each call, by the id of its delivery. A call without a searchable number has none. */
export async function findPeople(
  client: Client,
  tools: AdapterTools,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PersonMatch>> {
  const searched = batch.flatMap((delivery) => {
    const { number } = counterpartToSearch(delivery.call, tools.ownNumbers);
    return number === undefined ? [] : [{ delivery, number }];
  });
  // Somebody may have added the person since the last look.
  const again = searched.filter(({ delivery: { visit } }) => visit === 'revisit' || visit === 'replay');
  const matches = await matchPeople(
    searched.map(({ number }) => number),
    {
      ledger: tools.ledger,
      rules: { objects: ['Person'], policy: 'latest' },
      readNumber: (text) => tools.readNumber(text),
      searchSize: () => numbersPerSearch,
      search: async (numbers) => {
        const people = await client.searchPeople(numbers.flatMap(searchedForms), signal);
        const candidates = people.map(({ id, phones, updated_at: updatedAt }) => ({
          object: 'Person',
          id,
          numbers: phones,
          modifiedAtMs: Date.parse(updatedAt),
        }));
        return { candidates, isCut: false };
      },
      matchValidForMs,
      missValidForMs,
    },
    new Set(again.map(({ number }) => number)),
  );
  return new Map(
    searched.flatMap(({ delivery, number }) => {
      const match = matches.get(number);
      return match === undefined ? [] : [[delivery.id, match] as const];
    }),
  );
}
