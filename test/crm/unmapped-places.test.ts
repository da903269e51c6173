import { describe, expect, it } from 'vitest';
import { createMemoryLedger } from '../../src/crm/memory-ledger.ts';
import { countUnmappedPlaces, isPlaceCounted, readUnmappedPlaces } from '../../src/crm/unmapped-places.ts';

describe('places that the owner table lacks', () => {
  it('are none at first', async () => {
    expect(await readUnmappedPlaces(createMemoryLedger(() => 0))).toEqual([]);
  });

  it('are counted from batch to batch, the most first', async () => {
    const ledger = createMemoryLedger(() => 0);
    await countUnmappedPlaces(ledger, ['202', '203']);
    await countUnmappedPlaces(ledger, ['203', '203']);
    await countUnmappedPlaces(ledger, []);
    expect(await readUnmappedPlaces(ledger)).toEqual([
      ['203', 3],
      ['202', 1],
    ]);
  });

  it('are forgotten when none came for 30 days', async () => {
    let nowMs = 0;
    const ledger = createMemoryLedger(() => nowMs);
    await countUnmappedPlaces(ledger, ['202']);
    nowMs = 31 * 86_400_000;
    expect(await readUnmappedPlaces(ledger)).toEqual([]);
  });
});

describe('the places of a call are counted', () => {
  const first = { visit: 'first', isOver: true, attempt: 1 } as const;
  const changed = { ...first, visit: 'changed' } as const;
  it.each([
    ['when it lands first, and is over', first, false, true],
    ['not while it lasts', { ...first, isOver: false }, true, false],
    ['at its end, where it was shown before', changed, true, true],
    ['once, where it landed at its end', changed, false, false],
    ['not at a late look', { ...changed, visit: 'revisit' }, true, false],
    ['not when it is tried again', { ...first, attempt: 2 }, false, false],
  ] as const)('%s', (_when, delivery, isLive, expected) => {
    expect(isPlaceCounted(delivery, isLive)).toBe(expected);
  });
});
