import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MatchCandidate } from '../../src/domain/choose-match.ts';
import { matchPeople, rememberPerson, type PeopleSource } from '../../src/domain/match-people.ts';
import { createMemoryLedger } from '../../src/domain/memory-ledger.ts';
import type { NumberForms } from '../../src/domain/number-forms.ts';
import { createPhoneReader } from '../../src/domain/phone-number.ts';

const readPhone = createPhoneReader({ defaultCountry: 'AU' });
const [ann, bob] = ['+61491570006', '+61491570156'] as const;
const contact = (id: string, number: string, rest: Partial<MatchCandidate> = {}): MatchCandidate => ({
  object: 'Contact',
  id,
  numbers: [number],
  ...rest,
});

/** A destination that holds these people, and tells what was searched. */
function source(people: MatchCandidate[], rest: Partial<PeopleSource> = {}) {
  const searches: string[][] = [];
  let nowMs = 0;
  return {
    searches,
    people,
    pass: (ms: number) => (nowMs += ms),
    ledger: createMemoryLedger(() => nowMs),
    rules: { objects: ['Contact', 'Lead'], policy: 'latest' as const },
    readNumber: (text: string) => readPhone(text).e164,
    searchSize: () => 50,
    search(numbers: readonly NumberForms[]) {
      searches.push(numbers.map(({ e164 }) => e164));
      return Promise.resolve(people);
    },
    matchValidForMs: 1000,
    missValidForMs: 100,
    ...rest,
  };
}

describe('the people behind numbers', () => {
  it('are told apart in one search', async () => {
    const from = source([contact('a', '0491 570 006'), contact('b', '(0491) 570-156')]);
    const matches = await matchPeople([ann, bob, ann], from);
    expect([matches.get(ann)?.person?.id, matches.get(bob)?.person?.id]).toEqual(['a', 'b']);
    expect(from.searches).toEqual([[ann, bob]]);
  });

  it('are known without a search when somebody was made for the number', async () => {
    const from = source([]);
    await matchPeople([ann], from);
    await rememberPerson(ann, { object: 'Lead', id: 'l' }, from);
    expect((await matchPeople([ann], from)).get(ann)?.person).toEqual({ object: 'Lead', id: 'l' });
    expect(from.searches).toHaveLength(1);
  });

  it('are searched in pages', async () => {
    const from = source([], { searchSize: () => 1 });
    await matchPeople([ann, bob], from);
    expect(from.searches).toEqual([[ann], [bob]]);
  });

  it('are known from the ledger the next time, with owner and company', async () => {
    const from = source([contact('a', ann, { ownerId: 'o', companyId: 'c' })]);
    await matchPeople([ann], from);
    expect((await matchPeople([ann], from)).get(ann)).toEqual({
      person: { object: 'Contact', id: 'a', ownerId: 'o' },
      companyId: 'c',
      rule: 'only_hit',
      searched: false,
      trace: { number: ann, rule: 'only_hit', fromLedger: true },
    });
    expect(from.searches).toHaveLength(1);
  });

  it('are searched again once a match is old', async () => {
    const from = source([contact('a', ann)]);
    await matchPeople([ann], from);
    from.pass(1001);
    await matchPeople([ann], from);
    expect(from.searches).toHaveLength(2);
  });

  it('are not searched again while a miss is young', async () => {
    const from = source([]);
    await matchPeople([ann], from);
    expect((await matchPeople([ann], from)).get(ann)?.rule).toBe('no_hit');
    expect(from.searches).toHaveLength(1);
  });

  it('are searched again over a young miss when asked to', async () => {
    const from = source([]);
    await matchPeople([ann], from);
    from.people.push(contact('a', ann));
    expect((await matchPeople([ann], from, new Set([ann]))).get(ann)?.person?.id).toBe('a');
  });

  it('are not searched again over a match when asked to', async () => {
    const from = source([contact('a', ann)]);
    await matchPeople([ann], from);
    await matchPeople([ann], from, new Set([ann]));
    expect(from.searches).toHaveLength(1);
  });

  it('are searched again under other rules', async () => {
    const from = source([contact('a', ann), contact('b', ann)]);
    await matchPeople([ann], from);
    const other = { ...from, rules: { ...from.rules, policy: 'none' as const } };
    expect((await matchPeople([ann], other)).get(ann)?.rule).toBe('several_hits');
  });

  it('are named in the trace only when their last digits are those of the number', async () => {
    const from = source([contact('a', ann), contact('b', '+1 212 570 006'), contact('c', bob)]);
    const { trace } = (await matchPeople([ann], from)).get(ann) ?? {};
    expect(trace).toMatchObject({
      candidates: [
        { id: 'a', kept: true },
        { id: 'b', kept: false },
      ],
    });
  });

  it('keep what earlier pages found when a later search fails', async () => {
    const from = source([contact('a', ann)], { searchSize: () => 1 });
    const failing = {
      ...from,
      search: (numbers: readonly NumberForms[]) =>
        numbers[0]?.e164 === bob ? Promise.reject(new Error('away')) : from.search(numbers),
    };
    await expect(matchPeople([ann, bob], failing)).rejects.toThrow('away');
    expect((await matchPeople([ann], from)).get(ann)?.searched).toBe(false);
  });

  it('are the same however their numbers are written', async () => {
    const written = [
      '0491 570 006',
      '+61 491 570 006',
      '61491570006',
      '(04) 9157 0006',
      '0011 61 491 570 006',
    ];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(written, { minLength: 1 }), async (numbers) => {
        const from = source(numbers.map((number, index) => contact(`c${index}`, number)));
        const match = (await matchPeople([ann], from)).get(ann);
        expect(match?.person).toBeDefined();
        expect(match?.rule).toBe(numbers.length === 1 ? 'only_hit' : 'latest');
      }),
    );
  });
});
