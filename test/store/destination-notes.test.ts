import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/domain/clock.ts';
import type { Notes } from '../../src/domain/remembered/notes.ts';
import { createMemoryNotes } from '../../src/crm/memory-notes.ts';
import { createStoredNotes, deleteEndedNotes } from '../../src/store/destination-notes.ts';
import { engines } from '../fixtures/engines.ts';
import { countRows, openFreshStore, type FreshStore } from '../fixtures/fresh-store.ts';

const day = 24 * 3_600_000;

/** The facts that are true of notes in memory and of stored ones. */
function describeNotes(open: (clock: Clock) => Notes): void {
  let nowMs: number;
  let notes: Notes;
  beforeEach(() => {
    nowMs = Date.UTC(2026, 10, 22);
    notes = open(() => nowMs);
  });

  it('a note has no value at first', async () => {
    expect(await notes.read('places')).toBeUndefined();
  });

  it.each([{ '202': 3, 'é😀': null }, ['a', 1], 'a reason', 0, false, null])(
    'a note keeps the value %j',
    async (value) => {
      await notes.keep('places', value, day);
      expect(await notes.read('places')).toEqual(value);
    },
  );

  it('each note expires at its own time', async () => {
    await notes.keep('places', 1, day);
    await notes.keep('reason', 2, 60_000);
    nowMs += 59_999;
    expect(await notes.read('reason')).toBe(2);
    nowMs += 1;
    expect(await notes.read('reason')).toBeUndefined();
    expect(await notes.read('places')).toBe(1);
  });

  it('a note replaces the one of the same name, and its time', async () => {
    await notes.keep('places', 1, 60_000);
    await notes.keep('places', 2, day);
    nowMs += 120_000;
    expect(await notes.read('places')).toBe(2);
  });

  it('the names of notes are compared exactly', async () => {
    await notes.keep('places', 1, day);
    expect(await notes.read('Places')).toBeUndefined();
  });
}

describe('notes in memory', () => {
  describeNotes((clock) => createMemoryNotes(clock));
});

for (const engine of engines) {
  describe.skipIf(!engine.given)(`notes on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine);
    });
    afterEach(() => fresh.close());

    describeNotes((clock) => createStoredNotes(fresh.store, 'salesforce', clock));

    const keep = (destination: string, validForMs: number): Promise<void> =>
      createStoredNotes(fresh.store, destination, () => 1_000).keep('places', destination, validForMs);

    it('a note belongs to one destination', async () => {
      await keep('salesforce', day);
      await keep('hubspot', day);
      for (const destination of ['salesforce', 'hubspot']) {
        const notes = createStoredNotes(fresh.store, destination, () => 1_000);
        expect(await notes.read('places')).toBe(destination);
      }
    });

    it('a note in the store outlives the process', async () => {
      await keep('salesforce', day);
      const again = createStoredNotes(await fresh.openAgain(), 'salesforce', () => 2_000);
      expect(await again.read('places')).toBe('salesforce');
    });

    it('notes are removed after they expired', async () => {
      await keep('salesforce', 60_000);
      await keep('hubspot', day);
      expect(await deleteEndedNotes(fresh.store, 61_000, 10)).toBe(1);
      expect(await countRows(fresh.store, 'destination_notes')).toBe(1);
    });
  });
}
