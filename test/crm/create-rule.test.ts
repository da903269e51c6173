import { describe, expect, it } from 'vitest';
import { whyNotCreated, type CreateRule } from '../../src/crm/create-rule.ts';

const rule: CreateRule = { statuses: ['answered'], durationSecondsMin: 10 };

describe('an unmatched call', () => {
  it('an unmatched call gets a record when its status is listed and it lasted long enough', () => {
    expect(whyNotCreated({ status: 'answered', duration_seconds: 10 }, rule)).toBeUndefined();
  });

  it('an unmatched call gets no record when its status is not listed', () => {
    expect(whyNotCreated({ status: 'missed', duration_seconds: 10 }, rule)).toBe(
      'calls with the status missed create no record',
    );
  });

  it.each([9, undefined])('an unmatched call gets no record when it lasted %s seconds', (seconds) => {
    const call = {
      status: 'answered' as const,
      ...(seconds === undefined ? {} : { duration_seconds: seconds }),
    };
    expect(whyNotCreated(call, rule)).toBe('calls under 10 s create no record');
  });
});
