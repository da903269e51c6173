import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseMatch,
  matchPolicies,
  type MatchCandidate,
  type MatchRules,
} from '../../src/crm/choose-match.ts';
import { compareNumbers } from '../../src/crm/number-forms.ts';
import { createPhoneReader } from '../../src/domain/phone-number.ts';

const readPhone = createPhoneReader({ defaultCountry: 'AU' });
const readNumber = (text: string): string | undefined => readPhone(text).e164;

const number = '+61491570006';
const rules: MatchRules = { objects: ['Contact', 'Lead', 'Account'], policy: 'latest' };
const contact = (id: string, rest: Partial<MatchCandidate> = {}): MatchCandidate => ({
  object: 'Contact',
  id,
  numbers: ['0491 570 006'],
  modifiedAtMs: 1,
  ...rest,
});
const choose = (
  candidates: readonly MatchCandidate[],
  given: Partial<MatchRules> = {},
  counterpart = number,
) => chooseMatch(counterpart, candidates, { ...rules, ...given }, readNumber);

describe('the choice among the records that a search found', () => {
  it('the only record with the number of the counterpart is taken', () => {
    const { record, rule } = choose([contact('a'), contact('b', { numbers: ['0491 570 007'] })]);
    expect([record?.id, rule]).toEqual(['a', 'only_hit']);
  });

  it('no record is taken when only the last digits are equal', () => {
    const { record, rule } = choose([contact('a', { numbers: ['570 006', '+1 491 570 006'] })]);
    expect([record, rule]).toEqual([undefined, 'no_hit']);
  });

  it('every number of a record is compared', () => {
    expect(choose([contact('a', { numbers: ['', '02 5550 1234', '+61491570006'] })]).record?.id).toBe('a');
  });

  it('the first kind is preferred to a record that was changed later', () => {
    const lead = contact('l', { object: 'Lead', modifiedAtMs: 9 });
    const { record, rule } = choose([lead, contact('c')]);
    expect([record?.id, rule]).toEqual(['c', 'object_priority']);
  });

  it('a kind that is not listed is never taken', () => {
    expect(choose([contact('u', { object: 'User' })]).rule).toBe('no_hit');
  });

  it('a number that is equal in E.164 is preferred to one that is equal nationally', () => {
    const { record, rule } = choose(
      [
        contact('national', { numbers: ['021 123 456'], modifiedAtMs: 9 }),
        contact('l', { object: 'Lead', numbers: ['+64 21 123 456'] }),
      ],
      {},
      '+6421123456',
    );
    expect([record?.id, rule]).toEqual(['l', 'e164_before_national']);
  });

  it('the record that was changed last is taken under "latest"', () => {
    const { record, rule } = choose([contact('a'), contact('b', { modifiedAtMs: 2 }), contact('c')]);
    expect([record?.id, rule]).toEqual(['b', 'latest']);
  });

  it('the smaller id is taken when several records were changed at the same time', () => {
    expect(choose([contact('b'), contact('a')]).record?.id).toBe('a');
  });

  it('a record without a time of change comes last', () => {
    expect(choose([contact('a', { modifiedAtMs: undefined }), contact('b')]).record?.id).toBe('b');
  });

  it('the company that all records share is taken under "company"', () => {
    const decision = choose([contact('a', { companyId: 'x' }), contact('b', { companyId: 'x' })], {
      policy: 'company',
    });
    expect(decision).toMatchObject({ record: undefined, companyId: 'x', rule: 'shared_company' });
  });

  it.each([
    ['differ', 'y'],
    ['are not known', undefined],
  ])('nothing is taken under "company" when their companies %s', (_how, companyId) => {
    const decision = choose([contact('a', { companyId: 'x' }), contact('b', { companyId })], {
      policy: 'company',
    });
    expect(decision).toMatchObject({ record: undefined, companyId: undefined, rule: 'several_hits' });
  });

  it('none of several records is taken under "none"', () => {
    const decision = choose([contact('a', { companyId: 'x' }), contact('b', { companyId: 'x' })], {
      policy: 'none',
    });
    expect(decision).toMatchObject({ record: undefined, companyId: undefined, rule: 'several_hits' });
  });

  it('a single record is taken under every policy, with its company', () => {
    for (const policy of matchPolicies)
      expect(choose([contact('a', { companyId: 'x' })], { policy })).toMatchObject({
        record: { id: 'a' },
        companyId: 'x',
      });
  });

  it('a repeated record counts once', () => {
    expect(choose([contact('a'), contact('a')], { policy: 'none' }).record?.id).toBe('a');
  });
});

describe('the trace of a choice', () => {
  it('the trace says why each record was kept or dropped, and which rule decided', () => {
    const { trace } = choose([
      contact('a', { modifiedAtMs: 2 }),
      contact('b'),
      contact('l', { object: 'Lead' }),
      contact('u', { object: 'User' }),
      contact('w', { numbers: ['0491 570 007'] }),
    ]);
    expect(trace).toEqual({
      number,
      forms: ['61491570006', '0491570006', '491570006'],
      candidates: [
        { object: 'Contact', id: 'a', kept: true, why: 'its number is the same' },
        { object: 'Contact', id: 'b', kept: false, why: 'another one was changed later' },
        { object: 'Contact', id: 'w', kept: false, why: 'none of its numbers is the counterpart' },
        { object: 'Lead', id: 'l', kept: false, why: 'a Contact comes first' },
        { object: 'User', id: 'u', kept: false, why: 'its kind is not searched' },
      ],
      rule: 'latest',
    });
  });
});

const someCandidate: fc.Arbitrary<MatchCandidate> = fc.record({
  object: fc.constantFrom('Contact', 'Lead', 'Account', 'User'),
  id: fc.constantFrom('1', '2', '3', '4', '5', '6'),
  numbers: fc.array(fc.constantFrom(number, '0491 570 006', '0491570007', '570006', 'x', '61491570006'), {
    maxLength: 3,
  }),
  modifiedAtMs: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  companyId: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
});
// Of one kind and id there is one record.
const someCandidates = fc.uniqueArray(someCandidate, {
  maxLength: 8,
  selector: ({ object, id }) => `${object} ${id}`,
});
const someRules: fc.Arbitrary<MatchRules> = fc.record({
  objects: fc.shuffledSubarray(['Contact', 'Lead', 'Account']),
  policy: fc.constantFrom(...matchPolicies),
});

describe('the choice among any records', () => {
  it('the choice does not depend on the order of the records', () => {
    fc.assert(
      fc.property(
        someCandidates.chain((candidates) =>
          fc.tuple(
            fc.constant(candidates),
            fc.shuffledSubarray(candidates, { minLength: candidates.length }),
          ),
        ),
        someRules,
        ([candidates, shuffled], given) => {
          expect(choose(shuffled, given)).toEqual(choose(candidates, given));
        },
      ),
    );
  });

  it('a chosen record has the number and a listed kind', () => {
    fc.assert(
      fc.property(someCandidates, someRules, (candidates, given) => {
        const { record } = choose(candidates, given);
        if (record === undefined) return;
        expect(given.objects).toContain(record.object);
        expect(record.numbers.some((stored) => compareNumbers(stored, number, readNumber))).toBe(true);
      }),
    );
  });

  it('no record is chosen when one of a preferred kind has the number', () => {
    fc.assert(
      fc.property(someCandidates, someRules, (candidates, given) => {
        const { record } = choose(candidates, given);
        if (record === undefined) return;
        const before = given.objects.slice(0, given.objects.indexOf(record.object));
        const hits = candidates.filter(({ numbers }) =>
          numbers.some((stored) => compareNumbers(stored, number, readNumber)),
        );
        expect(hits.filter(({ object }) => before.includes(object))).toEqual([]);
      }),
    );
  });

  it('the trace names each candidate once, and marks only the chosen one as kept', () => {
    fc.assert(
      fc.property(someCandidates, someRules, (candidates, given) => {
        const { record, trace } = choose(candidates, given);
        expect(trace.candidates).toHaveLength(candidates.length);
        const kept = trace.candidates.filter((candidate) => candidate.kept);
        expect(kept.map(({ object, id }) => [object, id])).toEqual(
          record === undefined ? [] : [[record.object, record.id]],
        );
      }),
    );
  });

  it('a record without the number is ignored', () => {
    fc.assert(
      fc.property(someCandidates, someRules, (candidates, given) => {
        const stranger: MatchCandidate = { object: 'Contact', id: 'stranger', numbers: ['0491570007'] };
        const { record, rule } = choose([...candidates, stranger], given);
        expect({ record, rule }).toEqual({
          record: choose(candidates, given).record,
          rule: choose(candidates, given).rule,
        });
      }),
    );
  });
});
