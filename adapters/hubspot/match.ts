import {
  counterpartToSearch,
  matchPeople,
  whyNotCreated,
  type Delivery,
  type JsonValue,
  type MatchCandidate,
  type PeopleSource,
  type PersonMatch,
} from '#contract';
import type { HubspotRecord } from './answers.ts';
import { makeContacts } from './make-contacts.ts';
import type { Run } from './run.ts';
import { readTrace, type Whom } from './trace.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
// As many numbers with a country code of two digits as a search holds; longer ones make it two.
const searchSizeMax = 50;

/** Whom each delivery is about, by its id; `skip`: it does not belong in HubSpot, by that rule. */
export async function findPeople(
  run: Run,
  deliveries: readonly Delivery[],
): Promise<ReadonlyMap<string, Whom | { readonly skip: string }>> {
  const { config, tools } = run;
  const wanted = deliveries.map((delivery) => {
    const last = readTrace(delivery.landedTrace);
    // Who was found once stays; who was not may have been made since.
    const whom = last === undefined || last.whom.isMiss ? undefined : { ...noWhom, ...last.whom };
    return { delivery, whom, counterpart: counterpartToSearch(delivery.call, tools.ownNumbers) };
  });
  const open = wanted.flatMap(({ delivery, whom, counterpart: { number } }) =>
    whom === undefined && number !== undefined ? [{ delivery, number }] : [],
  );
  const isLook = ({ revision, landedRevision }: Delivery): boolean => revision === landedRevision;
  const again = open.filter(({ delivery }) => isLook(delivery)).map(({ number }) => number);
  const numbers = open.map(({ number }) => number);
  const matches = await matchPeople(numbers, peopleSource(run), new Set(again));

  const toMake = new Set<string>();
  if (config.HUBSPOT_UNMATCHED === 'create') {
    for (const { delivery, number } of open)
      if (isMiss(matches.get(number)) && whyNoContact(run, delivery) === undefined) toMake.add(number);
  }
  const made = await makeContacts(run, [...toMake]);

  const found = new Map<string, Whom | { readonly skip: string }>();
  for (const { delivery, whom, counterpart } of wanted) {
    const { number, rule } = counterpart;
    if (whom !== undefined) found.set(delivery.id, whom);
    else if (number === undefined) found.set(delivery.id, { ...noWhom, story: { notSearched: rule } });
    else {
      const match = matches.get(number);
      const contact =
        isMiss(match) && whyNoContact(run, delivery) === undefined ? made.get(number) : undefined;
      const isNew = delivery.remoteId === undefined && delivery.landedRevision === undefined;
      if (isNew && config.HUBSPOT_UNMATCHED === 'skip' && isMiss(match))
        found.set(delivery.id, { skip: 'Nobody in HubSpot has the number (HUBSPOT_UNMATCHED=skip).' });
      else found.set(delivery.id, contact ?? whomOf(match, missNote(run, delivery)));
    }
  }
  return found;
}

const noWhom = { contactId: undefined, companyId: undefined, contactOwnerId: undefined, isMiss: false };

function isMiss(match: PersonMatch | undefined): boolean {
  return match === undefined || match.rule === 'no_hit';
}

function whomOf(match: PersonMatch | undefined, note: string | undefined): Whom {
  const contactId = match?.person?.id;
  const companyId = match?.companyId;
  return {
    contactId,
    companyId,
    contactOwnerId: match?.person?.ownerId,
    isMiss: isMiss(match),
    story: {
      ...(match?.trace as Record<string, JsonValue> | undefined),
      ...(note !== undefined && { note }),
    },
  };
}

function whyNoContact({ config }: Run, { call }: Delivery): string | undefined {
  return whyNotCreated(call, {
    statuses: config.HUBSPOT_CREATE_STATUSES,
    durationSecondsMin: config.HUBSPOT_CREATE_AFTER / 1000,
  });
}

function missNote(run: Run, delivery: Delivery): string | undefined {
  const why = run.config.HUBSPOT_UNMATCHED === 'create' ? whyNoContact(run, delivery) : undefined;
  return why === undefined ? undefined : `no contact was made: ${why}`;
}

export function peopleSource({ client, config, tools, signal }: Run): PeopleSource {
  return {
    ledger: tools.ledger,
    rules: { objects: ['contact'], policy: config.HUBSPOT_SEVERAL },
    readNumber: (text) => tools.readNumber(text),
    searchSizeMax,
    search: async (numbers) => (await client.searchContacts(numbers, signal)).map(candidateOf),
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
