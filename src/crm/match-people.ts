import {
  chooseMatch,
  shownNameMax,
  type MatchCandidate,
  type MatchRule,
  type MatchRules,
  type MatchTrace,
} from './choose-match.ts';
import { cutText } from '../domain/cut-text.ts';
import type { JsonValue } from '../domain/jet-fields.ts';
import type { Ledger, LedgerEntry } from '../domain/remembered/ledger.ts';
import { numberForms, type NumberForms } from './number-forms.ts';
import { storedNumbers } from '../domain/stored-numbers.ts';

/** How long a match stays valid in the ledger. */
export const matchValidForMs = 86_400_000;
/** How long a miss stays valid. Somebody may be making the contact now, and a CRM's search finds it minutes later. */
export const missValidForMs = 2 * 60_000;

/** A matched record, as the ledger stores it. */
export interface MatchedPerson {
  /** Its kind: `Contact`. */
  readonly object: string;
  readonly id: string;
  /** The destination's id of the record's owner. */
  readonly ownerId?: string | undefined;
  /** What people call it, and its address in the destination's pages. For the operator only. */
  readonly name?: string | undefined;
  readonly link?: string | undefined;
}

/** The match of a number. */
export interface PersonMatch {
  readonly person: MatchedPerson | undefined;
  /** The person's company, or one that several persons share. */
  readonly companyId: string | undefined;
  readonly rule: MatchRule;
  /** True when the match comes from a search, false when it comes from the ledger. */
  readonly searched: boolean;
  /** For `Delivered.trace`. It holds whole numbers, so it must never go into a log line. */
  readonly trace:
    | MatchTrace
    | (Partial<Pick<MatchTrace, 'forms' | 'candidates'>> & {
        number: string;
        rule: MatchRule;
        unverified?: true;
        fromLedger: true;
      })
    | { number: string; rule: MatchRule; unverified?: true; why: string };
}

/** The result of one search. */
export interface SearchAnswer {
  readonly candidates: readonly MatchCandidate[];
  /** True when more records may exist than were returned. */
  readonly isCut: boolean;
}

export interface PeopleSource {
  readonly ledger: Ledger;
  readonly rules: MatchRules;
  /**
   * Identifies other things that affect the result, such as the searched fields. A ledger entry counts only under the
   * same value.
   */
  readonly searchedIn?: string;
  /** `AdapterTools.readNumber` */
  readonly readNumber: (text: string) => string | undefined;
  /** How many of these numbers fit into one search, counted from the first. At least 1. */
  readonly searchSize: (numbers: readonly NumberForms[]) => number;
  /** Searches the destination once. Returns everybody who may have one of these numbers, unless `isCut` is true. */
  readonly search: (numbers: readonly NumberForms[]) => Promise<SearchAnswer>;
  /** The address of a record in the destination's pages. Undefined: not known. */
  readonly linkTo?: (object: string, id: string) => string | undefined;
  /** How long a match stays valid. Milliseconds. */
  readonly matchValidForMs: number;
  /** How long a miss stays valid: nobody has the number, or several have it and none was chosen. Milliseconds. */
  readonly missValidForMs: number;
}

/**
 * Matches each number from the ledger, or with as few searches as possible. The ledger stores the results of a search
 * before the next one starts.
 * An incomplete search is repeated in halves, because any number could have the missing records. A single number whose
 * search is still incomplete (a switchboard or a placeholder) counts as `several_hits`.
 * @param numbers in E.164; repeats are allowed
 * @param again the numbers for which a miss in the ledger does not count (`isSearchedAgain`)
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

/** A person who was made for a number, or found without a search. */
export type FoundPerson = MatchedPerson & { readonly companyId?: string | undefined };

/** Stores in the ledger which person each number belongs to. */
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
  { rules, readNumber, linkTo }: PeopleSource,
): Found {
  const candidates = byLastDigits(all, readNumber);
  return page.map(({ e164 }) => {
    const found = candidates.get(lastDigits(e164)) ?? [];
    const { record, companyId, rule, trace } = chooseMatch(e164, found, rules, readNumber);
    const person = record && {
      object: record.object,
      id: record.id,
      ownerId: record.ownerId,
      name: record.name && cutText(record.name, shownNameMax),
      link: linkTo?.(record.object, record.id),
    };
    return [e164, { person, companyId, rule, searched: true, trace }] as const;
  });
}

function tooMany(number: string): PersonMatch {
  const rule = 'several_hits';
  const trace = {
    number,
    rule,
    ...unverified(number),
    why: 'more records were found than one search returns',
  } as const;
  return { person: undefined, companyId: undefined, rule, searched: true, trace };
}

type Kept = Pick<PersonMatch, 'person' | 'companyId' | 'rule'> & {
  readonly trace?: PersonMatch['trace'] | undefined;
};

// How many candidates an entry of the ledger explains.
const keptCandidatesMax = 5;

function keep(
  number: string,
  { person, companyId, rule, trace }: Kept,
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
          ...(person.name !== undefined && { name: person.name }),
          ...(person.link !== undefined && { link: person.link }),
        },
      }),
      ...reasonsOf(trace),
      ...(companyId !== undefined && { companyId }),
    },
    validForMs: isMatch ? source.matchValidForMs : source.missValidForMs,
  };
}

/** The searched forms and the first candidates, so that a match from the ledger can be explained too. */
function reasonsOf(
  trace: PersonMatch['trace'] | undefined,
): Partial<Pick<MatchTrace, 'forms' | 'candidates'>> {
  if (trace === undefined || !('candidates' in trace)) return {};
  const keptFirst = [...trace.candidates].sort((a, b) => Number(b.kept) - Number(a.kept));
  return { forms: trace.forms ?? [], candidates: keptFirst.slice(0, keptCandidatesMax) };
}

/** Reads an entry of the ledger. An entry that was made under other rules does not count. */
function readKept(
  number: string,
  record: JsonValue | undefined,
  source: RulesSource,
): PersonMatch | undefined {
  if (record === null || typeof record !== 'object' || Array.isArray(record)) return undefined;
  const { under, rule, person, companyId, ...reasons } = record as unknown as Kept & {
    under?: string;
  } & Partial<Pick<MatchTrace, 'forms' | 'candidates'>>;
  if (under !== rulesWord(source)) return undefined;
  return {
    person,
    companyId,
    rule,
    searched: false,
    trace: { number, rule, ...unverified(number), fromLedger: true, ...reasons },
  };
}

function unverified(number: string): { unverified?: true } {
  return numberForms(number)?.isUnverified ? { unverified: true } : {};
}

type RulesSource = Pick<PeopleSource, 'rules' | 'searchedIn'>;

function rulesWord({ rules: { objects, policy }, searchedIn }: RulesSource): string {
  return [objects.join(','), policy, ...(searchedIn === undefined ? [] : [searchedIn])].join(';');
}

// Equal numbers have the same last digits, in whatever form they are written.
const sharedDigits = 6;

/** Groups candidates by the last digits of their numbers, so that each number is compared with only a few. */
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
