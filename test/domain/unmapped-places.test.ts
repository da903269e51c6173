import { describe, expect, it } from 'vitest';
import { createMemoryLedger } from '../../src/domain/memory-ledger.ts';
import { countUnmappedPlaces, readUnmappedPlaces } from '../../src/domain/unmapped-places.ts';

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
