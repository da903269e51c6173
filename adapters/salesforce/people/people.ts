import { type AdapterTools, type Delivery, type JsonValue } from '#contract';
import {
  counterpartToSearch,
  matchPeople,
  whyNotCreated,
  type MatchedPerson,
  type PeopleSource,
  type PersonMatch,
  type PersonState,
  type UnmatchedRule,
} from '#crm';
import type { SalesforceClient } from '../client.ts';
import type { SalesforceConfig } from '../config.ts';
import { ownersOf } from './record-owners.ts';
import { candidateOf, phoneSearch, rowsMax, searchedIn, searchSize } from './search.ts';
import type { Fields } from '../tasks/task-fields.ts';
import { shortMatch } from '../tasks/trace.ts';

/** Where a call belongs. */
export interface Link {
  /** The record itself; undefined when none was found, or none chosen. */
  readonly record: MatchedPerson | undefined;
  /** `WhoId` or `WhatId`. */
  readonly fields: Fields;
  readonly ownerId: string | undefined;
  /** The counterpart's number, when somebody may be searched by it. */
  readonly number: string | undefined;
  /** `not searched`: to save a request. */
  readonly state: PersonState | 'not searched';
  readonly trace: JsonValue;
}

export interface PeopleFinder {
  /**
   * Finds where calls belong, in as few searches as can be.
   *
   * @param isSearched whether a delivery is worth a search; otherwise only the ledger is asked
   * @param isAgain whether a miss in the ledger does not count for it
   */
  find(
    deliveries: readonly Delivery[],
    isSearched: (delivery: Delivery) => boolean,
    isAgain: (delivery: Delivery) => boolean,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Link>>;
  /** Where calls of a number belong from now on. */
  source(signal: AbortSignal): PeopleSource;
}

const matchValidForMs = 24 * 3_600_000;
// Somebody may be typing the contact in right now, and search learns of it minutes later.
const missValidForMs = 2 * 60_000;

export function createPeopleFinder(
  client: SalesforceClient,
  config: SalesforceConfig,
  tools: AdapterTools,
): PeopleFinder {
  const { ledger, ownNumbers } = tools;
  const source = (signal: AbortSignal): PeopleSource => ({
    ledger,
    rules: { objects: config.SALESFORCE_OBJECTS, policy: config.SALESFORCE_SEVERAL },
    searchedIn: searchedIn(config),
    readNumber: (text) => tools.readNumber(text),
    searchSize,
    matchValidForMs,
    missValidForMs,
    async search(numbers) {
      const rows = await client.search(phoneSearch(numbers, config), signal);
      const candidates = rows.flatMap((row) => candidateOf(row, config) ?? []);
      return { candidates, isCut: rows.length >= rowsMax };
    },
  });
  return {
    source,
    async find(deliveries, isSearched, isAgain, signal) {
      const counterparts = deliveries.map((delivery) => ({
        delivery,
        ...counterpartToSearch(delivery.call, ownNumbers),
      }));
      const numbersOf = (wanted: (delivery: Delivery) => boolean): string[] =>
        counterparts.flatMap(({ delivery, number }) =>
          number !== undefined && wanted(delivery) ? [number] : [],
        );
      const searched = numbersOf(isSearched);
      const onlyKept = numbersOf((delivery) => !isSearched(delivery));
      const kept = await ledger.getMany(onlyKept);
      const numbers = [...searched, ...onlyKept.filter((number) => kept.has(number))];
      const matches = await matchPeople(numbers, source(signal), new Set(numbersOf(isAgain)));
      const links = counterparts.map(({ delivery, number, rule }) => {
        const link = number === undefined ? unsearchable(rule) : linkOf(number, matches.get(number));
        return [delivery, link] as const;
      });
      // A shared company, and a lead that was made just now, come without their owner.
      const unowned = links.flatMap(([delivery, { record, ownerId }]) =>
        record !== undefined && ownerId === undefined && isSearched(delivery) ? [record] : [],
      );
      const owners = await ownersOf(client, unowned, signal);
      return new Map(
        links.map(([delivery, link]) => {
          const ownerId = link.ownerId ?? owners.get(link.record?.id ?? '');
          return [delivery.id, { ...link, ownerId }];
        }),
      );
    },
  };
}

/** What is to become of calls that are about nobody. */
export function unmatchedRule(config: SalesforceConfig): UnmatchedRule {
  const statuses = config.SALESFORCE_CREATE_STATUSES;
  const durationSecondsMin = config.SALESFORCE_CREATE_AFTER / 1000;
  return { policy: config.SALESFORCE_UNMATCHED, create: { statuses, durationSecondsMin } };
}

/** Why an unmatched call makes no lead; undefined: it makes one. */
export function whyNoLead({ call }: Delivery, config: SalesforceConfig): string | undefined {
  const { policy, create } = unmatchedRule(config);
  return policy === 'create' ? whyNotCreated(call, create) : 'SALESFORCE_UNMATCHED makes none';
}

/** A link to one record: a lead takes no `WhatId` beside it, a contact brings its account along. */
export function linkTo(record: MatchedPerson, rest: Pick<Link, 'ownerId' | 'number' | 'trace'>): Link {
  const isCompany = record.object === 'Account' && !isContactId(record.id);
  const field = isCompany ? 'WhatId' : 'WhoId';
  return { ...rest, record, fields: { [field]: record.id }, state: 'found' };
}

/** An account that is a person goes by the id of its contact. */
function isContactId(id: string): boolean {
  return id.startsWith('003');
}

function linkOf(number: string, match: PersonMatch | undefined): Link {
  const none = { record: undefined, fields: {}, ownerId: undefined, number };
  if (match === undefined) return { ...none, state: 'not searched', trace: { number, rule: 'not searched' } };
  const { person, companyId, rule } = match;
  const trace = shortMatch(match.trace);
  if (person !== undefined) return linkTo(person, { ownerId: person.ownerId, number, trace });
  if (companyId !== undefined)
    return linkTo({ object: 'Account', id: companyId }, { ownerId: undefined, number, trace });
  return { ...none, state: rule === 'no_hit' ? 'nobody' : 'several', trace };
}

function unsearchable(rule: string | undefined): Link {
  return {
    record: undefined,
    fields: {},
    ownerId: undefined,
    number: undefined,
    state: 'unsearchable',
    trace: { rule: rule ?? 'unreadable' },
  };
}
