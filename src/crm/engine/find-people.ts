import type { Delivery } from '../../contract/delivery.ts';
import { counterpartToSearch } from '../counterpart.ts';
import { whyNotCreated } from '../create-rule.ts';
import {
  matchPeople,
  matchValidForMs,
  missValidForMs,
  rememberPeople,
  type FoundPerson,
  type MatchedPerson,
  type PeopleSource,
  type PersonMatch,
} from '../match-people.ts';
import { isSearchedAgain } from '../unmatched.ts';
import type { Person } from './activity.ts';
import type { Crm, MadePerson } from './crm.ts';
import type { Landing, Run } from './landing.ts';
import { readTrace, shortMatch } from './trace.ts';

/**
 * The person of each call, by delivery id. A person that was found once is kept.
 * Why: docs/decisions/adapter-contract.md
 */
export async function findPeople(
  { crm, signal }: Pick<Run, 'crm' | 'signal'>,
  deliveries: readonly Delivery[],
): Promise<ReadonlyMap<string, Person>> {
  const { ledger, ownNumbers } = crm.tools;
  const found = new Map<string, Person>();
  const open: { delivery: Delivery; number: string }[] = [];
  for (const delivery of deliveries) {
    const last = readTrace(delivery.landedTrace)?.person;
    const { number, rule } = counterpartToSearch(delivery.call, ownNumbers);
    if (last?.state === 'found') found.set(delivery.id, { ...noRecord, number, ...last });
    else if (number === undefined)
      found.set(delivery.id, { ...noRecord, number, state: 'unsearchable', match: { rule } });
    else open.push({ delivery, number });
  }
  // With few requests left today, only the ledger is used.
  const isSearched = crm.budget() !== 'final writes only';
  const kept = isSearched ? undefined : await ledger.getMany(open.map(({ number }) => number));
  const searched = open.filter(({ number }) => kept?.has(number) !== false);
  const searchedAgain = searched.filter(({ delivery }) => isSearchedAgain(delivery, crm.unmatched));
  const matches = await matchPeople(
    searched.map(({ number }) => number),
    peopleSource(crm, signal),
    new Set(isSearched ? searchedAgain.map(({ number }) => number) : []),
  );
  for (const { delivery, number } of open) found.set(delivery.id, personOf(crm, number, matches.get(number)));
  const read = new Set(isSearched ? searched.map(({ delivery }) => delivery.id) : []);
  return await withOwners(crm, found, read, signal);
}

const noRecord = { record: undefined, companyId: undefined, number: undefined };

function personOf(crm: Crm, number: string, match: PersonMatch | undefined): Person {
  if (match === undefined)
    return { ...noRecord, number, state: 'not searched', match: { number, rule: 'not searched' } };
  const { people } = crm;
  const { person, companyId, rule } = match;
  const company: MatchedPerson | undefined =
    companyId === undefined || people.companyObject === undefined
      ? undefined
      : { object: people.companyObject, id: companyId, link: crm.linkTo?.(people.companyObject, companyId) };
  const isFound = person !== undefined || companyId !== undefined;
  return {
    state: isFound ? 'found' : rule === 'no_hit' ? 'nobody' : 'several',
    record: person ?? company,
    companyId,
    number,
    match: shortMatch(match.trace),
  };
}

/** Adds owners. A shared company and a person that was just made come without one. */
async function withOwners(
  { people }: Crm,
  found: ReadonlyMap<string, Person>,
  read: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Person>> {
  if (people.readOwners === undefined) return found;
  const withoutOwner = [...found].flatMap(([id, { record }]) =>
    record !== undefined && record.ownerId === undefined && read.has(id) ? [record] : [],
  );
  const owners = await people.readOwners(withoutOwner, signal);
  return new Map(
    [...found].map(([id, person]) => {
      const { record } = person;
      const ownerId = record === undefined ? undefined : (record.ownerId ?? owners.get(record.id));
      return [id, record === undefined ? person : { ...person, record: { ...record, ownerId } }];
    }),
  );
}

/** Searches again for the person of a call when the record is gone. Undefined: no other person has the number. */
export async function findAgain(run: Run, { delivery, person }: Landing): Promise<Person | undefined> {
  const { number } = counterpartToSearch(delivery.call, run.crm.tools.ownNumbers);
  if (number !== undefined && !run.searchedAgain.has(number)) {
    await run.crm.tools.ledger.forget([number]);
    run.searchedAgain.add(number);
  }
  const found = (await findPeople(run, [{ ...delivery, landedTrace: undefined }])).get(delivery.id);
  const isSame = found?.record?.id === person.record?.id && found?.companyId === person.companyId;
  return isSame ? undefined : found;
}

/** An unreachable ledger must not undo what was written. */
export async function forgetNumbers({ tools }: Crm, landings: readonly Landing[]): Promise<void> {
  const numbers = landings.flatMap(
    ({ delivery }) => counterpartToSearch(delivery.call, tools.ownNumbers).number ?? [],
  );
  if (numbers.length === 0) return;
  try {
    await tools.ledger.forget(numbers);
  } catch (error) {
    tools.log.warn({ error }, 'The ledger could not forget numbers; their entries expire by themselves');
  }
}

/** Why no person is made for an unmatched call. Undefined: one is made. */
export function whyNotMade({ unmatched, settingPrefix }: Crm, { call }: Delivery): string | undefined {
  return unmatched.policy === 'create'
    ? whyNotCreated(call, unmatched.create)
    : `${settingPrefix}_UNMATCHED creates no record`;
}

/** Makes a person for each number without one. Every call of that number is linked to the person. */
export async function makePeople(
  { crm, signal }: Run,
  landings: readonly Landing[],
): Promise<ReadonlyMap<string, MadePerson>> {
  if (crm.budget() === 'final writes only') return new Map();
  const numbers = landings.flatMap(({ delivery, person: { state, number } }) =>
    state === 'nobody' && number !== undefined && whyNotMade(crm, delivery) === undefined ? [number] : [],
  );
  if (numbers.length === 0) return new Map();
  const made = await crm.people.make([...new Set(numbers)], signal);
  const found = [...made].flatMap(([number, { person }]): [string, FoundPerson][] =>
    person === undefined ? [] : [[number, person]],
  );
  try {
    await rememberPeople(found, peopleSource(crm, signal));
  } catch (error) {
    crm.tools.log.warn(
      { error },
      'The ledger could not store new people; their numbers will be searched again',
    );
  }
  return made;
}

function peopleSource(crm: Crm, signal: AbortSignal): PeopleSource {
  const { people, tools } = crm;
  const { rules, searchedIn, searchSize } = people;
  return {
    ledger: tools.ledger,
    rules,
    ...(searchedIn !== undefined && { searchedIn }),
    readNumber: (text) => tools.readNumber(text),
    searchSize,
    linkTo: (object, id) => crm.linkTo?.(object, id),
    search: (numbers) => people.search(numbers, signal),
    matchValidForMs,
    missValidForMs,
  };
}
