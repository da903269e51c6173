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
  const first = { landedRevision: undefined, revision: 2, attempt: 1 };
  const changed = { landedRevision: 1, revision: 2, attempt: 1 };
  it.each([
    ['when it lands first, and is over', first, { isOver: true, isLive: false }, true],
    ['not while it lasts', first, { isOver: false, isLive: true }, false],
    ['at its end, where it was shown before', changed, { isOver: true, isLive: true }, true],
    ['once, where it landed at its end', changed, { isOver: true, isLive: false }, false],
    ['not at a late look', { ...changed, landedRevision: 2 }, { isOver: true, isLive: true }, false],
    ['not when it is tried again', { ...first, attempt: 2 }, { isOver: true, isLive: false }, false],
  ] as const)('%s', (_when, delivery, shown, expected) => {
    expect(isPlaceCounted(delivery, shown)).toBe(expected);
  });
});
