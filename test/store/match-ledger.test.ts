import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/domain/clock.ts';
import type { Ledger } from '../../src/domain/remembered/ledger.ts';
import { createMemoryLedger } from '../../src/crm/memory-ledger.ts';
import { createStoredLedger, deleteEndedLedgerEntries } from '../../src/store/match-ledger.ts';
import { engines } from '../fixtures/engines.ts';
import { countRows, openFreshStore, type FreshStore } from '../fixtures/fresh-store.ts';

const [ann, bob] = ['+61491570006', '+61491570156'] as const;
const day = 24 * 3_600_000;

/** The facts that are true of every ledger. */
function describeLedger(open: (clock: Clock) => Ledger): void {
  let nowMs: number;
  let ledger: Ledger;
  beforeEach(() => {
    nowMs = Date.UTC(2026, 10, 22);
    ledger = open(() => nowMs);
  });

  it('the ledger is empty at first', async () => {
    expect(await ledger.getMany([ann, bob])).toEqual(new Map());
  });

  it('the ledger returns nothing for no numbers', async () => {
    expect(await ledger.getMany([])).toEqual(new Map());
    await ledger.putMany([]);
    await ledger.forget([]);
  });

  it('the ledger stores matches and misses', async () => {
    const record = { object: 'Contact', id: '003', owner: null, names: ['Ann', 'é😀'] };
    await ledger.putMany([
      { number: ann, record, validForMs: day },
      { number: bob, record: null, validForMs: day },
    ]);
    expect(await ledger.getMany([ann, bob, '+61491570157'])).toEqual(
      new Map<string, unknown>([
        [ann, record],
        [bob, null],
      ]),
    );
  });

  it('each entry of the ledger expires at its own time', async () => {
    await ledger.putMany([
      { number: ann, record: 'a', validForMs: day },
      { number: bob, record: null, validForMs: 60_000 },
    ]);
    nowMs += 59_999;
    expect((await ledger.getMany([ann, bob])).size).toBe(2);
    nowMs += 1;
    expect([...(await ledger.getMany([ann, bob])).keys()]).toEqual([ann]);
  });

  it('a later entry of the ledger replaces an earlier one', async () => {
    await ledger.putMany([{ number: ann, record: null, validForMs: 60_000 }]);
    await ledger.putMany([{ number: ann, record: 'a', validForMs: day }]);
    nowMs += 120_000;
    expect(await ledger.getMany([ann])).toEqual(new Map([[ann, 'a']]));
  });

  it('the ledger keeps the last entry when a number comes twice at once', async () => {
    await ledger.putMany([
      { number: ann, record: 'first', validForMs: day },
      { number: ann, record: 'last', validForMs: day },
    ]);
    expect(await ledger.getMany([ann])).toEqual(new Map([[ann, 'last']]));
  });

  it('the ledger removes the given entries, and no others', async () => {
    await ledger.putMany([ann, bob].map((number) => ({ number, record: number, validForMs: day })));
    await ledger.forget([ann]);
    expect(await ledger.getMany([ann, bob])).toEqual(new Map([[bob, bob]]));
  });

  it('the ledger accepts a thousand numbers at once', async () => {
    const numbers = Array.from({ length: 1000 }, (_, index) => `+6149157${String(index).padStart(4, '0')}`);
    await ledger.putMany(numbers.map((number) => ({ number, record: number, validForMs: day })));
    expect((await ledger.getMany(numbers)).size).toBe(1000);
    await ledger.forget(numbers);
    expect((await ledger.getMany(numbers)).size).toBe(0);
  });
}

describe('the ledger in memory', () => {
  describeLedger((clock) => createMemoryLedger(clock));
});

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the ledger on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine);
    });
    afterEach(() => fresh.close());

    describeLedger((clock) => createStoredLedger(fresh.store, 'salesforce', clock));

    const remember = (destination: string, validForMs: number, nowMs = 1_000): Promise<void> =>
      createStoredLedger(fresh.store, destination, () => nowMs).putMany([
        { number: ann, record: destination, validForMs },
      ]);

    it('each destination has a ledger of its own', async () => {
      await remember('salesforce', day);
      await remember('hubspot', day);
      const hubspot = createStoredLedger(fresh.store, 'hubspot', () => 1_000);
      expect(await hubspot.getMany([ann])).toEqual(new Map([[ann, 'hubspot']]));
      await hubspot.forget([ann]);
      const salesforce = createStoredLedger(fresh.store, 'salesforce', () => 1_000);
      expect(await salesforce.getMany([ann])).toEqual(new Map([[ann, 'salesforce']]));
    });

    it('the ledger in the store survives the process', async () => {
      await remember('salesforce', day);
      const again = createStoredLedger(await fresh.openAgain(), 'salesforce', () => 2_000);
      expect(await again.getMany([ann])).toEqual(new Map([[ann, 'salesforce']]));
    });

    it('the ledger loses its expired entries at a clean-up', async () => {
      await remember('salesforce', 60_000);
      await remember('hubspot', day);
      expect(await deleteEndedLedgerEntries(fresh.store, 61_000, 10)).toBe(1);
      expect(await countRows(fresh.store, 'match_ledger')).toBe(1);
    });
  });
}
