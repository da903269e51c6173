import { describe, expect, it } from 'vitest';
import { createMemoryNotes } from '../../src/crm/memory-notes.ts';
import { countUnmappedPlaces, isPlaceCounted, readUnmappedPlaces } from '../../src/crm/unmapped-places.ts';

describe('places that the owner table lacks', () => {
  it('there are no unmapped places at first', async () => {
    expect(await readUnmappedPlaces(createMemoryNotes(() => 0))).toEqual([]);
  });

  it('unmapped places are counted across batches, the most frequent first', async () => {
    const notes = createMemoryNotes(() => 0);
    await countUnmappedPlaces(notes, ['202', '203']);
    await countUnmappedPlaces(notes, ['203', '203']);
    await countUnmappedPlaces(notes, []);
    expect(await readUnmappedPlaces(notes)).toEqual([
      ['203', 3],
      ['202', 1],
    ]);
  });

  it('unmapped places are forgotten after 30 days without a call', async () => {
    let nowMs = 0;
    const notes = createMemoryNotes(() => nowMs);
    await countUnmappedPlaces(notes, ['202']);
    nowMs = 31 * 86_400_000;
    expect(await readUnmappedPlaces(notes)).toEqual([]);
  });
});

describe('the places of a call are counted', () => {
  const first = { visit: 'first', isOver: true, attempt: 1 } as const;
  const changed = { ...first, visit: 'changed' } as const;
  it.each([
    ['when it lands first, and is over', first, false, true],
    ['not while it lasts', { ...first, isOver: false }, true, false],
    ['at its end, where it was shown while open', changed, true, true],
    ['once, where it landed at its end', changed, false, false],
    ['not at a revisit', { ...changed, visit: 'revisit' }, true, false],
    ['not at a retry', { ...first, attempt: 2 }, false, false],
  ] as const)('the places of a call are counted %s', (_when, delivery, isLive, expected) => {
    expect(isPlaceCounted(delivery, isLive)).toBe(expected);
  });
});
