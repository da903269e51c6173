import { describe, expect, it } from 'vitest';
import { isSearchedAgain, whySkipped, type PersonState } from '../../src/crm/unmatched.ts';

const create = { statuses: ['answered'], durationSecondsMin: 0 } as const;
const call = { status: 'answered', duration_seconds: 10, last_received_at: 0 } as const;
const delivery = { call, visit: 'first' } as const;
const minuteMs = 60_000;

describe('a miss in the ledger', () => {
  it('a miss in the ledger counts at a first landing and for a new revision', () => {
    for (const policy of ['log', 'skip'] as const) {
      expect(isSearchedAgain(delivery, { policy, create })).toBe(false);
      expect(isSearchedAgain({ ...delivery, visit: 'changed' }, { policy, create })).toBe(false);
    }
  });

  it('a miss in the ledger does not count at a revisit', () => {
    for (const visit of ['revisit', 'replay'] as const)
      expect(isSearchedAgain({ call, visit }, { policy: 'log', create })).toBe(true);
  });

  it('a miss in the ledger does not count for a call that would get a new record', () => {
    expect(isSearchedAgain(delivery, { policy: 'create', create })).toBe(true);
    const missed = { ...delivery, call: { ...call, status: 'missed' as const } };
    expect(isSearchedAgain(missed, { policy: 'create', create })).toBe(false);
  });
});

describe('a call without a person', () => {
  it.each(['log', 'create'] as const)('a call without a person lands under %s', (policy) => {
    expect(whySkipped('nobody', call, policy, 0)).toBeUndefined();
  });

  it.each([
    ['nobody', 10 * minuteMs],
    ['several', undefined],
    ['unsearchable', undefined],
  ] satisfies [PersonState, number | undefined][])(
    'a call is skipped under skip when its person is %s, with a revisit after %s ms',
    (state, revisitAfterMs) => {
      expect(whySkipped(state, call, 'skip', 0)).toEqual({
        reason: expect.any(String) as string,
        revisitAfterMs,
      });
    },
  );

  it('a call without a person is skipped for good once revisits have ended', () => {
    expect(whySkipped('nobody', call, 'skip', 5 * 60 * minuteMs)).toMatchObject({
      revisitAfterMs: undefined,
    });
  });

  it('a call lands under skip when a person was found', () => {
    expect(whySkipped('found', call, 'skip', 0)).toBeUndefined();
  });
});
