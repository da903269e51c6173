import { cutText } from '../domain/cut-text.ts';
import { compareNumbers, numberForms, searchedForms, type NumberEquality } from './number-forms.ts';

/** What to do when several records of one kind have the number. */
export const matchPolicies = ['latest', 'company', 'none'] as const;

/**
 * `latest`: match the record that was changed last. `company`: match no person, but the company that all of them share.
 * `none`: match none of them.
 */
export type MatchPolicy = (typeof matchPolicies)[number];

/** A record that a search found. It counts only when one of its numbers is the counterpart's. */
export interface MatchCandidate {
  /** Its kind, by the name that {@link MatchRules.objects} uses: `Contact`. */
  readonly object: string;
  /** The destination's id of the record. */
  readonly id: string;
  /** What people call it: `Jane Citizen`. For the operator only; it does not affect the choice. */
  readonly name?: string | undefined;
  /** The values of its phone fields, as people typed them. */
  readonly numbers: readonly string[];
  /** When it was last changed, in epoch milliseconds. Records without a time come last. */
  readonly modifiedAtMs?: number | undefined;
  /** The record's company. A company names itself. */
  readonly companyId?: string | undefined;
  /** The destination's id of the record's owner. It does not affect the choice. */
  readonly ownerId?: string | undefined;
}

export interface MatchRules {
  /** Kinds of record, the preferred kind first. A kind that is not listed is never matched. */
  readonly objects: readonly string[];
  /** Decides when several records of one kind remain. */
  readonly policy: MatchPolicy;
}

/**
 * The rule that decided.
 * - `no_hit`: no candidate had the number.
 * - `only_hit`: one candidate had it.
 * - `e164_before_national`: one had it with its country code, the others without.
 * - `object_priority`: one was of a preferred kind.
 * - `latest`: one was changed last.
 * - `shared_company`: all share one company.
 * - `several_hits`: several remained, and none was chosen.
 */
export type MatchRule =
  | 'no_hit'
  | 'only_hit'
  | 'e164_before_national'
  | 'object_priority'
  | 'latest'
  | 'shared_company'
  | 'several_hits';

export type TracedCandidate = { object: string; id: string; name?: string; kept: boolean; why: string };

/** For `Delivered.trace`. It holds whole numbers, as the call itself does, so it must never go into a log line. */
export type MatchTrace = {
  number: string;
  forms: string[];
  candidates: TracedCandidate[];
  rule: MatchRule;
  /** The number looks like a subscriber's, but the phone library knows no range that holds it. */
  unverified?: true;
};

export interface MatchDecision<Candidate extends MatchCandidate> {
  /** The record that the call belongs to. */
  readonly record: Candidate | undefined;
  /** The record's company. Under the policy `company`: the company that several records share. */
  readonly companyId: string | undefined;
  readonly rule: MatchRule;
  readonly trace: MatchTrace;
}

/** The longest name in a trace. */
export const shownNameMax = 100;

interface Hit<Candidate> {
  readonly candidate: Candidate;
  readonly equality: NumberEquality;
}

/**
 * Chooses which of the records that a search found is the counterpart. The order of the candidates does not matter.
 * A candidate counts when one of its numbers is the counterpart's ({@link compareNumbers}). Numbers that are equal in
 * E.164 come before numbers that are equal nationally. Then the kind decides, then the policy.
 * Why: docs/decisions/matching.md
 * @param number the counterpart in E.164
 * @param readNumber `AdapterTools.readNumber`
 */
export function chooseMatch<Candidate extends MatchCandidate>(
  number: string,
  candidates: readonly Candidate[],
  rules: MatchRules,
  readNumber: (text: string) => string | undefined,
): MatchDecision<Candidate> {
  const notes = new Map<Candidate, string>();
  const distinct = withoutRepeats(candidates);
  let hits = verify(number, distinct, rules, readNumber, notes);
  let rule: MatchRule = hits.length === 0 ? 'no_hit' : 'only_hit';

  const narrow = (by: MatchRule, keep: (hit: Hit<Candidate>) => boolean, why: string): void => {
    const kept = hits.filter(keep);
    if (kept.length === 0 || kept.length === hits.length) return;
    for (const hit of hits) if (!kept.includes(hit)) notes.set(hit.candidate, why);
    hits = kept;
    rule = by;
  };
  narrow('e164_before_national', (hit) => hit.equality === 'e164', 'another one is equal in E.164');
  const first = rules.objects.find((object) => hits.some((hit) => hit.candidate.object === object));
  if (first !== undefined)
    narrow('object_priority', (hit) => hit.candidate.object === first, `a ${first} comes first`);

  const kept = hits.map((hit) => hit.candidate);
  const decision = kept.length > 1 ? decideByPolicy(kept, rules.policy) : { record: kept[0], rule };
  for (const candidate of kept) {
    if (candidate !== decision.record)
      notes.set(
        candidate,
        decision.record === undefined ? 'one of several' : 'another one was changed later',
      );
  }
  const forms = numberForms(number, readNumber);
  return {
    record: decision.record,
    companyId: decision.record?.companyId ?? ('companyId' in decision ? decision.companyId : undefined),
    rule: decision.rule,
    trace: {
      number,
      forms: forms === undefined ? [] : searchedForms(forms),
      candidates: distinct.map((candidate) => ({
        object: candidate.object,
        id: candidate.id,
        ...(candidate.name !== undefined && { name: cutText(candidate.name, shownNameMax) }),
        kept: candidate === decision.record,
        why: notes.get(candidate) ?? whyKept(hits, candidate),
      })),
      rule: decision.rule,
      ...(forms?.isUnverified && { unverified: true }),
    },
  };
}

function verify<Candidate extends MatchCandidate>(
  number: string,
  candidates: readonly Candidate[],
  rules: MatchRules,
  readNumber: (text: string) => string | undefined,
  notes: Map<Candidate, string>,
): Hit<Candidate>[] {
  return candidates.flatMap((candidate) => {
    if (!rules.objects.includes(candidate.object)) {
      notes.set(candidate, 'its kind is not searched');
      return [];
    }
    const equalities = candidate.numbers.map((stored) => compareNumbers(stored, number, readNumber));
    const equality = equalities.includes('e164') ? 'e164' : equalities.find((found) => found !== undefined);
    if (equality !== undefined) return [{ candidate, equality }];
    notes.set(candidate, 'none of its numbers is the counterpart');
    return [];
  });
}

function decideByPolicy<Candidate extends MatchCandidate>(
  kept: readonly Candidate[],
  policy: MatchPolicy,
): { record: Candidate | undefined; rule: MatchRule; companyId?: string | undefined } {
  switch (policy) {
    case 'latest':
      return { record: [...kept].sort(latestFirst)[0], rule: 'latest' };
    case 'company': {
      const companies = new Set(kept.map((candidate) => candidate.companyId));
      const [companyId] = companies;
      return companies.size === 1 && companyId !== undefined
        ? { record: undefined, rule: 'shared_company', companyId }
        : { record: undefined, rule: 'several_hits' };
    }
    case 'none':
      return { record: undefined, rule: 'several_hits' };
  }
}

/** Equal times are ordered by id, so that the choice is always the same. */
function latestFirst(a: MatchCandidate, b: MatchCandidate): number {
  return (b.modifiedAtMs ?? -Infinity) - (a.modifiedAtMs ?? -Infinity) || compareText(a.id, b.id);
}

/** Sorted by kind and id. A search returns a record once for each form of its number, so repeats are merged. */
function withoutRepeats<Candidate extends MatchCandidate>(candidates: readonly Candidate[]): Candidate[] {
  const byName = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const name = `${candidate.object} ${candidate.id}`;
    const before = byName.get(name);
    const numbers = [...(before?.numbers ?? []), ...candidate.numbers];
    byName.set(name, before === undefined ? candidate : { ...before, numbers });
  }
  return [...byName].sort(([a], [b]) => compareText(a, b)).map(([, candidate]) => candidate);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function whyKept<Candidate>(hits: readonly Hit<Candidate>[], candidate: Candidate): string {
  const equality = hits.find((hit) => hit.candidate === candidate)?.equality;
  return equality === 'national'
    ? 'its number is the same, stored without a country code'
    : 'its number is the same';
}
