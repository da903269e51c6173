import { skipped, type Delivery } from '#contract';
import {
  counterpartToSearch,
  isSearchedAnew,
  matchPeople,
  rememberPeople,
  whyNotCreated,
  whySkipped,
  type CounterpartToSearch,
  type FoundPerson,
  type MatchCandidate,
  type PeopleSource,
  type PersonMatch,
  type UnmatchedRule,
} from '#crm';
import type { HubspotRecord } from '../api/answers.ts';
import type { HubspotConfig } from '../config.ts';
import { makeContacts } from './make-contacts.ts';
import type { Run } from '../api/run.ts';
import { readTrace, type Whom } from '../calls/trace.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Whom each delivery is about, by its id. */
export async function findPeople(
  run: Run,
  deliveries: readonly Delivery[],
): Promise<ReadonlyMap<string, Whom>> {
  const { tools } = run;
  const rule = unmatchedRule(run.config);
  const found = new Map<string, Whom>();
  const open: { delivery: Delivery; number: string }[] = [];
  for (const delivery of deliveries) {
    const last = readTrace(delivery.landedTrace)?.whom;
    const counterpart = counterpartToSearch(delivery.call, tools.ownNumbers);
    // Who was found once stays.
    if (last?.state === 'found') found.set(delivery.id, { ...noWhom, ...last });
    else if (counterpart.number === undefined) found.set(delivery.id, unsearchable(counterpart.rule));
    else open.push({ delivery, number: counterpart.number });
  }
  const anew = open.filter(({ delivery }) => isSearchedAnew(delivery, rule));
  const matches = await matchPeople(
    open.map(({ number }) => number),
    peopleSource(run),
    new Set(anew.map(({ number }) => number)),
  );
  const whomByNumber = new Map([...matches].map(([number, match]) => [number, whomOf(match)]));
  const isWorthContact = ({ delivery, number }: (typeof open)[number]): boolean =>
    rule.policy === 'create' &&
    whomByNumber.get(number)?.state === 'nobody' &&
    whyNotCreated(delivery.call, rule.create) === undefined;
  const worth = open.filter(isWorthContact);
  const made = await makeContacts(run, [...new Set(worth.map(({ number }) => number))]);
  await remember(run, made);
  for (const { delivery, number } of open) {
    // Of a number that is worth a contact, calls that by themselves are not belong to it too.
    found.set(delivery.id, made.get(number) ?? withNote(whomByNumber.get(number) ?? nobody, delivery, rule));
  }
  return found;
}

/**
 * Leaves a call out that would hang on nobody, where the settings say so.
 *
 * @returns true when it has its outcome
 */
export function skipWithoutPerson(run: Run, delivery: Delivery, { state }: Whom): boolean {
  const { id, call, remoteId, landedRevision } = delivery;
  // What is there is kept up to date.
  if (remoteId !== undefined || landedRevision !== undefined) return false;
  const skip = whySkipped(state, call, run.config.HUBSPOT_UNMATCHED, run.tools.clock());
  if (skip === undefined) return false;
  run.outcomes.set(id, skipped(id, `${skip.reason} (HUBSPOT_UNMATCHED=skip).`, skip.revisitAfterMs));
  return true;
}

const noWhom = { contactId: undefined, companyId: undefined, contactOwnerId: undefined };
const nobody: Whom = { ...noWhom, state: 'nobody', story: {} };

function unsearchable(rule: CounterpartToSearch['rule']): Whom {
  return { ...noWhom, state: 'unsearchable', story: { notSearched: rule ?? 'unreadable' } };
}

function whomOf({ person, companyId, rule, trace }: PersonMatch): Whom {
  const isFound = person !== undefined || companyId !== undefined;
  return {
    contactId: person?.id,
    companyId,
    contactOwnerId: person?.ownerId,
    state: isFound ? 'found' : rule === 'no_hit' ? 'nobody' : 'several',
    story: trace,
  };
}

function unmatchedRule(config: HubspotConfig): UnmatchedRule {
  const statuses = config.HUBSPOT_CREATE_STATUSES;
  const durationSecondsMin = config.HUBSPOT_CREATE_AFTER / 1000;
  return { policy: config.HUBSPOT_UNMATCHED, create: { statuses, durationSecondsMin } };
}

function withNote(whom: Whom, { call }: Delivery, { policy, create }: UnmatchedRule): Whom {
  const why = policy === 'create' ? whyNotCreated(call, create) : undefined;
  if (why === undefined || whom.state !== 'nobody') return whom;
  return { ...whom, story: { ...(whom.story as object), note: `no contact was made: ${why}` } };
}

/**
 * The next call of a number finds the contact that was made for it without a request. The ledger is a help: contacts
 * that were made count, whether or not it can be reached.
 */
async function remember(run: Run, made: ReadonlyMap<string, Whom>): Promise<void> {
  const found = [...made].flatMap(
    ([number, { contactId: id, companyId, contactOwnerId: ownerId }]): [string, FoundPerson][] =>
      id === undefined ? [] : [[number, { object: 'contact', id, ownerId, companyId }]],
  );
  try {
    await rememberPeople(found, peopleSource(run));
  } catch (error) {
    run.tools.log.warn({ error }, 'The ledger could not keep new contacts; their numbers are searched again');
  }
}

function peopleSource({ client, config, tools, signal }: Run): PeopleSource {
  return {
    ledger: tools.ledger,
    rules: { objects: ['contact'], policy: config.HUBSPOT_SEVERAL },
    readNumber: (text) => tools.readNumber(text),
    searchSize: (numbers) => client.contactsPerSearch(numbers),
    async search(numbers) {
      const { records, isCut } = await client.searchContacts(numbers, signal);
      return { candidates: records.map(candidateOf), isCut };
    },
    matchValidForMs: dayMs,
    missValidForMs: 10 * minuteMs,
  };
}

/** HubSpot's own reading of a number counts before what was typed: it knows the contact's country. */
export function candidateOf({ id, properties, updatedAt }: HubspotRecord): MatchCandidate {
  const value = (name: string): string | undefined => properties[name] ?? undefined;
  const modifiedAtMs = Date.parse(updatedAt ?? '');
  return {
    object: 'contact',
    id,
    numbers: [
      value('hs_calculated_phone_number') ?? value('phone'),
      value('hs_calculated_mobile_number') ?? value('mobilephone'),
    ].filter((number) => number !== undefined),
    modifiedAtMs: Number.isNaN(modifiedAtMs) ? undefined : modifiedAtMs,
    companyId: value('associatedcompanyid'),
    ownerId: value('hubspot_owner_id'),
  };
}
