import { describe, expect, it } from 'vitest';
import { createPushId } from '../../src/store/push-id.ts';

describe('the ids of pushes', () => {
  it('the ids of pushes sort by time of receipt', () => {
    const ids = [1_000, 1_001, 5_000_000_000_000].map(createPushId);
    expect([...ids].sort()).toEqual(ids);
  });

  it('the ids of one millisecond sort in the order in which they were made', () => {
    const ids = Array.from({ length: 1_000 }, () => createPushId(1_790_000_000_000));
    expect([...ids].sort()).toEqual(ids);
  });

  it('the id of a push has 26 characters', () => {
    expect(createPushId(1_790_000_000_000)).toMatch(/^[0-9a-z]{26}$/);
  });
});
