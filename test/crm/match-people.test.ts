import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MatchCandidate } from '../../src/crm/choose-match.ts';
import { matchPeople, rememberPeople, type PeopleSource } from '../../src/crm/match-people.ts';
import { createMemoryLedger } from '../../src/crm/memory-ledger.ts';
import type { NumberForms } from '../../src/crm/number-forms.ts';
import { createPhoneReader } from '../../src/domain/phone-number.ts';

const readPhone = createPhoneReader({ defaultCountry: 'AU' });
const [ann, bob] = ['+61491570006', '+61491570156'] as const;
const contact = (id: string, number: string, rest: Partial<MatchCandidate> = {}): MatchCandidate => ({
  object: 'Contact',
  id,
  numbers: [number],
  ...rest,
});

/** A destination that holds these people and records the searches. */
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
      return Promise.resolve({ candidates: people, isCut: false });
    },
    matchValidForMs: 1000,
    missValidForMs: 100,
    ...rest,
  };
}

describe('the people behind numbers', () => {
  it('the people of several numbers are matched in one search', async () => {
    const from = source([contact('a', '0491 570 006'), contact('b', '(0491) 570-156')]);
    const matches = await matchPeople([ann, bob, ann], from);
    expect([matches.get(ann)?.person?.id, matches.get(bob)?.person?.id]).toEqual(['a', 'b']);
    expect(from.searches).toEqual([[ann, bob]]);
  });

  it('a number needs no search after a person was made for it', async () => {
    const from = source([]);
    await matchPeople([ann], from);
    await rememberPeople([[ann, { object: 'Lead', id: 'l' }]], from);
    expect((await matchPeople([ann], from)).get(ann)?.person).toEqual({ object: 'Lead', id: 'l' });
    expect(from.searches).toHaveLength(1);
  });

  it('the people of several numbers are stored in the ledger together', async () => {
    const from = source([]);
    const kept: number[] = [];
    const putMany: typeof from.ledger.putMany = (entries) => {
      kept.push(entries.length);
      return from.ledger.putMany(entries);
    };
    const ledger = { ...from.ledger, putMany };
    const made = [ann, bob].map((number, at) => [number, { object: 'Lead', id: `l${at}` }] as const);
    await rememberPeople(made, { ...from, ledger });
    await rememberPeople([], { ...from, ledger });
    expect(kept).toEqual([2]);
    const matches = await matchPeople([ann, bob], from);
    expect([matches.get(ann)?.person?.id, matches.get(bob)?.person?.id]).toEqual(['l0', 'l1']);
  });

  it('people are searched in batches', async () => {
    const from = source([], { searchSize: () => 1 });
    await matchPeople([ann, bob], from);
    expect(from.searches).toEqual([[ann], [bob]]);
  });

  it('a person comes from the ledger the next time, with owner and company', async () => {
    const from = source([contact('a', ann, { ownerId: 'o', companyId: 'c' })]);
    await matchPeople([ann], from);
    expect((await matchPeople([ann], from)).get(ann)).toEqual({
      person: { object: 'Contact', id: 'a', ownerId: 'o' },
      companyId: 'c',
      rule: 'only_hit',
      searched: false,
      trace: {
        ...{ number: ann, rule: 'only_hit', fromLedger: true },
        forms: ['61491570006', '0491570006', '491570006'],
        candidates: [{ object: 'Contact', id: 'a', kept: true, why: 'its number is the same' }],
      },
    });
    expect(from.searches).toHaveLength(1);
  });

  it('a person is searched again once the match has expired', async () => {
    const from = source([contact('a', ann)]);
    await matchPeople([ann], from);
    from.pass(1001);
    await matchPeople([ann], from);
    expect(from.searches).toHaveLength(2);
  });

  it('a person is not searched again while a miss is valid', async () => {
    const from = source([]);
    await matchPeople([ann], from);
    expect((await matchPeople([ann], from)).get(ann)?.rule).toBe('no_hit');
    expect(from.searches).toHaveLength(1);
  });

  it('a person is searched again despite a valid miss on request', async () => {
    const from = source([]);
    await matchPeople([ann], from);
    from.people.push(contact('a', ann));
    expect((await matchPeople([ann], from, new Set([ann]))).get(ann)?.person?.id).toBe('a');
  });

  it('a person is not searched again despite a valid match', async () => {
    const from = source([contact('a', ann)]);
    await matchPeople([ann], from);
    await matchPeople([ann], from, new Set([ann]));
    expect(from.searches).toHaveLength(1);
  });

  it('a person is searched again under other rules', async () => {
    const from = source([contact('a', ann), contact('b', ann)]);
    await matchPeople([ann], from);
    const other = { ...from, rules: { ...from.rules, policy: 'none' as const } };
    expect((await matchPeople([ann], other)).get(ann)?.rule).toBe('several_hits');
  });

  it('a candidate appears in the trace only when its last digits equal those of the number', async () => {
    const from = source([contact('a', ann), contact('b', '+1 212 570 006'), contact('c', bob)]);
    const { trace } = (await matchPeople([ann], from)).get(ann) ?? {};
    expect(trace).toMatchObject({
      candidates: [
        { id: 'a', kept: true },
        { id: 'b', kept: false },
      ],
    });
  });

  it('earlier results stay when a later search fails', async () => {
    const from = source([contact('a', ann)], { searchSize: () => 1 });
    const failing = {
      ...from,
      search: (numbers: readonly NumberForms[]) =>
        numbers[0]?.e164 === bob ? Promise.reject(new Error('away')) : from.search(numbers),
    };
    await expect(matchPeople([ann, bob], failing)).rejects.toThrow('away');
    expect((await matchPeople([ann], from)).get(ann)?.searched).toBe(false);
  });

  it('a person is found in whatever form the number is written', async () => {
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

describe('an incomplete search', () => {
  const cat = '+61491571491';

  /** Like {@link source}, but searches with one of the `common` numbers are incomplete. */
  function cutSource(people: MatchCandidate[], common: readonly string[]) {
    const from = source(people);
    return {
      ...from,
      async search(numbers: readonly NumberForms[]) {
        const isCut = numbers.some(({ e164 }) => common.includes(e164));
        const { candidates } = await from.search(numbers);
        return { candidates: isCut ? [] : candidates, isCut };
      },
    };
  }

  it('an incomplete search is repeated in halves, until the number with too many records is alone', async () => {
    const from = cutSource([contact('a', ann), contact('c', cat)], [bob]);
    const matches = await matchPeople([ann, bob, cat], from);
    expect([ann, bob, cat].map((number) => matches.get(number)?.person?.id)).toEqual(['a', undefined, 'c']);
    expect(from.searches).toEqual([[ann, bob, cat], [ann, bob], [ann], [bob], [cat]]);
  });

  it('a number with too many records counts as several hits, and none is chosen', async () => {
    const from = cutSource([contact('b', bob)], [bob]);
    expect((await matchPeople([bob], from)).get(bob)).toEqual({
      person: undefined,
      companyId: undefined,
      rule: 'several_hits',
      searched: true,
      trace: { number: bob, rule: 'several_hits', why: 'more records were found than one search returns' },
    });
  });

  it('an incomplete search is not repeated while its result is valid', async () => {
    const from = cutSource([], [bob]);
    await matchPeople([bob], from);
    from.pass(99);
    expect((await matchPeople([bob], from)).get(bob)).toMatchObject({
      rule: 'several_hits',
      searched: false,
    });
    expect(from.searches).toHaveLength(1);
    from.pass(2);
    await matchPeople([bob], from);
    expect(from.searches).toHaveLength(2);
  });
});
