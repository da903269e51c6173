import {
  chooseMatch,
  type MatchCandidate,
  type MatchRule,
  type MatchRules,
  type MatchTrace,
} from './choose-match.ts';
import type { JsonValue } from '../domain/jet-fields.ts';
import type { Ledger, LedgerEntry } from '../domain/ledger.ts';
import { numberForms, type NumberForms } from './number-forms.ts';
import { storedNumbers } from '../domain/stored-numbers.ts';

/** A record that a call belongs to, as the ledger keeps it. */
export interface MatchedPerson {
  /** Its kind: `Contact`. */
  readonly object: string;
  readonly id: string;
  /** Who looks after it, by the destination's own id. */
  readonly ownerId?: string | undefined;
}

/** Who is behind a number. */
export interface PersonMatch {
  readonly person: MatchedPerson | undefined;
  /** The person's company, or one that several persons share. */
  readonly companyId: string | undefined;
  readonly rule: MatchRule;
  /** True when a search answered just now, false when the ledger did. */
  readonly searched: boolean;
  /** For `Delivered.trace`. It holds whole numbers: never for a log line. */
  readonly trace:
    | MatchTrace
    | { number: string; rule: MatchRule; unverified?: true; fromLedger: true }
    | { number: string; rule: MatchRule; unverified?: true; why: string };
}

/** What one search found. */
export interface SearchAnswer {
  readonly candidates: readonly MatchCandidate[];
  /** True when there may be more than were told. */
  readonly isCut: boolean;
}

export interface PeopleSource {
  readonly ledger: Ledger;
  readonly rules: MatchRules;
  /** What else decides who is found, such as the fields that are searched: an entry of the ledger counts under it only. */
  readonly searchedIn?: string;
  /** `AdapterTools.readNumber` */
  readonly readNumber: (text: string) => string | undefined;
  /** How many of these numbers, from the first on, go into one search. At least 1. */
  readonly searchSize: (numbers: readonly NumberForms[]) => number;
  /** One search in the destination: everybody who may have one of these numbers, unless it is cut. */
  readonly search: (numbers: readonly NumberForms[]) => Promise<SearchAnswer>;
  /** For how long a match is taken for true. Milliseconds. */
  readonly matchValidForMs: number;
  /** For how long it is taken for true that nobody has the number, or too many have it to choose. Milliseconds. */
  readonly missValidForMs: number;
}

/**
 * Finds who is behind each number: from the ledger, or by as few searches as can be. What a search finds is kept
 * in the ledger before the next one starts.
 *
 * A search that was cut is made again in halves: what was left out may be the one of any number. A single number of
 * which even so not all came, a switchboard or a placeholder, is that of several (`several_hits`).
 *
 * @param numbers in E.164; a repeated one is looked for once
 * @param again those for whom a miss in the ledger does not count (`isSearchedAnew`)
 */
export async function matchPeople(
  numbers: readonly string[],
  source: PeopleSource,
  again: ReadonlySet<string> = new Set(),
): Promise<ReadonlyMap<string, PersonMatch>> {
  const distinct = [...new Set(numbers)];
  const matches = new Map<string, PersonMatch>();
  const kept = await source.ledger.getMany(distinct);
  for (const number of distinct) {
    const match = readKept(number, kept.get(number), source);
    const isMiss = match?.person === undefined && match?.companyId === undefined;
    if (match !== undefined && !(isMiss && again.has(number))) matches.set(number, match);
  }
  const unknown = distinct.flatMap((number) =>
    matches.has(number) ? [] : (numberForms(number, source.readNumber) ?? []),
  );
  while (unknown.length > 0) {
    const page = unknown.splice(0, Math.max(source.searchSize(unknown), 1));
    for (const [number, match] of await searchPage(page, source)) matches.set(number, match);
  }
  return matches;
}

/** Somebody who was made for a number, or found otherwise than by a search. */
export type FoundPerson = MatchedPerson & { readonly companyId?: string | undefined };

/** Keeps in the ledger whose numbers are. */
export async function rememberPeople(
  found: readonly (readonly [number: string, person: FoundPerson])[],
  source: Pick<PeopleSource, 'ledger' | 'rules' | 'searchedIn' | 'matchValidForMs' | 'missValidForMs'>,
): Promise<void> {
  if (found.length === 0) return;
  await source.ledger.putMany(
    found.map(([number, person]) => {
      const { companyId } = person;
      return keep(number, { person, companyId, rule: 'only_hit' }, source);
    }),
  );
}

type Found = readonly (readonly [number: string, match: PersonMatch])[];

async function searchPage(page: readonly NumberForms[], source: PeopleSource): Promise<Found> {
  const { candidates, isCut } = await source.search(page);
  if (isCut && page.length > 1) {
    const half = Math.ceil(page.length / 2);
    const left = await searchPage(page.slice(0, half), source);
    return [...left, ...(await searchPage(page.slice(half), source))];
  }
  const found = isCut
    ? page.map(({ e164 }) => [e164, tooMany(e164)] as const)
    : chooseMatches(page, candidates, source);
  await source.ledger.putMany(found.map(([number, match]) => keep(number, match, source)));
  return found;
}

function chooseMatches(
  page: readonly NumberForms[],
  all: readonly MatchCandidate[],
  { rules, readNumber }: PeopleSource,
): Found {
  const candidates = byLastDigits(all, readNumber);
  return page.map(({ e164 }) => {
    const found = candidates.get(lastDigits(e164)) ?? [];
    const { record, companyId, rule, trace } = chooseMatch(e164, found, rules, readNumber);
    const person = record && { object: record.object, id: record.id, ownerId: record.ownerId };
    return [e164, { person, companyId, rule, searched: true, trace }] as const;
  });
}

function tooMany(number: string): PersonMatch {
  const rule = 'several_hits';
  const trace = {
    number,
    rule,
    ...unverified(number),
    why: 'more records were found than one search tells',
  } as const;
  return { person: undefined, companyId: undefined, rule, searched: true, trace };
}

type Kept = Pick<PersonMatch, 'person' | 'companyId' | 'rule'>;

function keep(
  number: string,
  { person, companyId, rule }: Kept,
  source: Pick<PeopleSource, 'rules' | 'searchedIn' | 'matchValidForMs' | 'missValidForMs'>,
): LedgerEntry {
  const isMatch = person !== undefined || companyId !== undefined;
  return {
    number,
    record: {
      under: rulesWord(source),
      rule,
      ...(person && {
        person: {
          object: person.object,
          id: person.id,
          ...(person.ownerId !== undefined && { ownerId: person.ownerId }),
        },
      }),
      ...(companyId !== undefined && { companyId }),
    },
    validForMs: isMatch ? source.matchValidForMs : source.missValidForMs,
  };
}

/** What the ledger holds is ours, but for an entry that was made under other rules: that one is not known. */
function readKept(
  number: string,
  record: JsonValue | undefined,
  source: RulesSource,
): PersonMatch | undefined {
  if (record === null || typeof record !== 'object' || Array.isArray(record)) return undefined;
  const { under, rule, person, companyId } = record as unknown as Kept & { under?: string };
  if (under !== rulesWord(source)) return undefined;
  return {
    person,
    companyId,
    rule,
    searched: false,
    trace: { number, rule, ...unverified(number), fromLedger: true },
  };
}

function unverified(number: string): { unverified?: true } {
  return numberForms(number)?.isUnverified ? { unverified: true } : {};
}

type RulesSource = Pick<PeopleSource, 'rules' | 'searchedIn'>;

function rulesWord({ rules: { objects, policy }, searchedIn }: RulesSource): string {
  return [objects.join(','), policy, ...(searchedIn === undefined ? [] : [searchedIn])].join(';');
}

// Two numbers that are the same have the same last digits, however they are written.
const sharedDigits = 6;

/** Candidates by the last digits of their numbers, so that each number is compared with a few of them only. */
function byLastDigits(
  candidates: readonly MatchCandidate[],
  readNumber: (text: string) => string | undefined,
): ReadonlyMap<string, readonly MatchCandidate[]> {
  const byDigits = new Map<string, MatchCandidate[]>();
  for (const candidate of candidates) {
    const digits = candidate.numbers
      .flatMap((stored) => storedNumbers(stored, readNumber))
      .flatMap(({ digits, e164 }) => [lastDigits(digits), lastDigits(e164 ?? digits)]);
    for (const last of new Set(digits)) byDigits.set(last, [...(byDigits.get(last) ?? []), candidate]);
  }
  return byDigits;
}

function lastDigits(text: string): string {
  return text.replace(/\D/g, '').slice(-sharedDigits);
}
