import { describe, expect, it } from 'vitest';
import { lateMatchAfterMs } from '../../src/crm/late-match.ts';

const minute = 60_000;

describe('a person who was not found', () => {
  it.each([
    [0, 10],
    [10, 50],
    [59, 1],
    [60, 180],
  ])(
    'a person who was not found is searched again: %i minutes after the last push, in %i minutes',
    (since, after) => {
      expect(lateMatchAfterMs({ last_received_at: 0 }, since * minute)).toBe(after * minute);
    },
  );

  it('a person who was not found is not searched again four hours after the last push', () => {
    expect(lateMatchAfterMs({ last_received_at: 0 }, 240 * minute)).toBeUndefined();
  });
});
