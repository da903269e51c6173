import type { Store } from '../store.ts';

/** A person or company that a CRM destination has matched to a number. */
export interface KnownPerson {
  readonly destination: string;
  readonly object: string;
  readonly id: string;
  readonly name: string | undefined;
  /** The page of the record in the CRM. */
  readonly link: string | undefined;
}

/**
 * Reads from the match ledger who has these numbers, without a request to a CRM.
 *
 * @param numbers in E.164
 * @returns by number; a number without a match is missing
 */
export async function readKnownPeople(
  store: Store,
  numbers: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, readonly KnownPerson[]>> {
  const people = new Map<string, KnownPerson[]>();
  const wanted = [...new Set(numbers)];
  if (wanted.length === 0) return people;
  const { knex } = store.reader;
  const destinations = await knex('destinations').orderBy('name').pluck<string[]>('name');
  const rows = await knex('match_ledger')
    .whereIn('destination', destinations)
    .whereIn('number', wanted)
    .where('valid_until', '>', nowMs)
    .select<{ destination: string; number: string; record: string }[]>('destination', 'number', 'record');
  for (const { destination, number, record } of rows) {
    const person = personOf(record);
    if (person !== undefined) people.set(number, [...(people.get(number) ?? []), { destination, ...person }]);
  }
  return people;
}

/** Reads a ledger entry that `#crm` wrote (src/crm/match-people.ts). An entry of another form names nobody. */
function personOf(record: string): Omit<KnownPerson, 'destination'> | undefined {
  const entry = JSON.parse(record) as { person?: Readonly<Record<string, unknown>> } | null;
  const person: Readonly<Record<string, unknown>> = entry?.person ?? {};
  const { object, id, name, link } = person;
  if (typeof object !== 'string' || typeof id !== 'string') return undefined;
  return {
    object,
    id,
    name: typeof name === 'string' ? name : undefined,
    link: typeof link === 'string' ? link : undefined,
  };
}
