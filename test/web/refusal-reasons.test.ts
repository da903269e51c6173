import { describe, expect, it } from 'vitest';
import { problemCodes } from '../../src/web/problem.ts';
import { reasonedCodes, refusalReason } from '../../src/web/refusal-reasons.ts';

describe('the reason of a refusal', () => {
  it('each code of a problem has a reason of the refusal', () => {
    expect(Object.keys(problemCodes).filter((code) => !reasonedCodes.includes(code))).toEqual([]);
  });

  it.each(reasonedCodes)(
    'the reason of a refusal continues the sentence "because …", and has a remedy (%s)',
    (code) => {
      const { because, remedy } = refusalReason(code);
      expect(because).toMatch(/^[a-z].*[^.]$/);
      expect(remedy).toMatch(/^[A-Z]/);
    },
  );

  it('the reason of a refusal is general for an unknown code', () => {
    expect(refusalReason('constructor').because).toBe('it was not accepted');
  });
});
