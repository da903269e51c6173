import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLeaseKeeper, type LeaseKeeper } from '../../src/delivery/lease.ts';
import { readDestinations } from '../../src/store/destinations.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, readDelivery, type FreshStore } from '../fixtures/fresh-store.ts';
import { movedClock, silentLog, storeCalls, type MovedClock } from '../fixtures/running-worker.ts';
import { capabilities } from '../fixtures/scripted-adapter.ts';

const [sqlite] = engines;
const leaseMs = 60_000;

describe('the lease on a destination', () => {
  let fresh: FreshStore;
  let clock: MovedClock;
  beforeEach(async () => {
    if (sqlite !== undefined) fresh = await openFreshStore(sqlite, ['crm']);
    clock = movedClock();
  });
  afterEach(() => fresh.close());

  const keeperOf = (holder: string): LeaseKeeper =>
    createLeaseKeeper({
      ...{ store: fresh.store, name: 'crm', capabilities, holder, hasEnded: () => false },
      ...{ clock, leaseMs, settleAfterMs: 0, log: silentLog },
    });
  const state = async () => (await readDestinations(fresh.store)).find(({ name }) => name === 'crm');
  const revisionOf = async (callId: string) =>
    (await readDelivery(fresh.store, 'crm', callId))?.revision ?? 0;

  it('the lease is taken when it is free, and then by no other process', async () => {
    expect(await keeperOf('one').hold()).toMatchObject({ fence: 1, abandoned: false });
    expect(await keeperOf('two').hold()).toBeUndefined();
  });

  it('the lease is renewed once a quarter of its time has passed', async () => {
    const keeper = keeperOf('one');
    await keeper.hold();
    const until = (await state())?.leaseUntilMs;
    clock.moveBy(leaseMs / 4 - 1);
    await keeper.hold();
    expect((await state())?.leaseUntilMs).toBe(until);
    clock.moveBy(1);
    expect(await keeper.hold()).toMatchObject({ fence: 1 });
    expect((await state())?.leaseUntilMs).toBe(clock() + leaseMs);
  });

  it('the lease gives a batch half of its time, and less when it is not renewed', async () => {
    const keeper = keeperOf('one');
    await keeper.hold();
    expect(keeper.batchTimeMs()).toBe(leaseMs / 2);
    clock.moveBy(leaseMs / 2);
    expect(keeper.batchTimeMs()).toBe(leaseMs / 4);
    clock.moveBy(leaseMs / 4);
    expect(keeper.batchTimeMs()).toBeLessThanOrEqual(0);
  });

  it('the lease is lost to a process that takes it after it expired, and is taken back with a greater fence', async () => {
    const [one, two] = [keeperOf('one'), keeperOf('two')];
    await one.hold();
    clock.moveBy(leaseMs);
    expect(await two.hold()).toMatchObject({ fence: 2, abandoned: true });
    expect(await one.hold()).toBeUndefined();
    await two.end();
    expect(await one.hold()).toMatchObject({ fence: 3, abandoned: false });
  });

  it('the lease is taken again after a settle showed that it is lost', async () => {
    const [one, two] = [keeperOf('one'), keeperOf('two')];
    await one.hold();
    clock.moveBy(leaseMs);
    await two.hold();
    await two.end();
    one.lose();
    expect(await one.hold()).toMatchObject({ fence: 3 });
  });

  it('a new lease makes deliveries due again that the adapter received under a lost lease', async () => {
    await storeCalls(fresh.store, ['a', 'b']);
    const [one, two] = [keeperOf('one'), keeperOf('two')];
    await one.hold();
    one.give(['a']);
    const before = [await revisionOf('a'), await revisionOf('b')];
    clock.moveBy(leaseMs);
    await two.hold();
    await one.hold();
    const after = [await revisionOf('a'), await revisionOf('b')];
    expect(after).toEqual([(before[0] ?? 0) + 1, before[1]]);
    await one.hold();
    expect(await revisionOf('a')).toBe(after[0]);
  });

  it('a new lease does not make settled deliveries due again', async () => {
    await storeCalls(fresh.store, ['a']);
    const keeper = keeperOf('one');
    await keeper.hold();
    keeper.give(['a']);
    keeper.settle();
    const before = await revisionOf('a');
    await keeper.end();
    expect(await revisionOf('a')).toBe(before);
  });

  it('the lease is released at the end, and unsettled deliveries are due again', async () => {
    await storeCalls(fresh.store, ['a']);
    const keeper = keeperOf('one');
    await keeper.hold();
    keeper.give(['a']);
    const before = await revisionOf('a');
    await keeper.end();
    expect(await state()).toMatchObject({ holder: null, leaseUntilMs: 0 });
    expect(await revisionOf('a')).toBe(before + 1);
  });
});
