import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startWorker, type Worker } from '../../src/delivery/worker.ts';
import { readDestinations, takeLease } from '../../src/store/destinations.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, readDelivery, type FreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { destinationOf, movedClock, runWorker, storeCalls, storeDue } from '../fixtures/running-worker.ts';
import { land, scriptedAdapter, type Act } from '../fixtures/scripted-adapter.ts';
import { until } from '../fixtures/until.ts';

const ids = (count: number): string[] => Array.from({ length: count }, (_none, index) => `call-${index}`);

/** Delays a batch until the test releases it. */
function heldAct(): { act: Act; begun: Promise<void>; release: () => void } {
  let release = (): void => undefined;
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  const act: Act = async (batch, signal) => {
    begin();
    await released;
    return land(batch, signal);
  };
  return { act, begun, release: () => release() };
}

for (const engine of engines) {
  describe.skipIf(!engine.given)(`holding a destination on ${engine.title}`, () => {
    let fresh: FreshStore;
    const workers: Worker[] = [];
    afterEach(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.stop(50)));
      await fresh.close();
    });
    const started = (worker: Worker): Worker => {
      workers.push(worker);
      return worker;
    };
    const holder = async () =>
      (await readDestinations(fresh.store)).find(({ name }) => name === 'crm')?.holder;
    const row = (callId: string) => readDelivery(fresh.store, 'crm', callId);

    it('two workers never deliver at the same time, and every call lands once', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      const other = await fresh.openAgain();
      await storeCalls(fresh.store, ids(60));
      let inFlight = 0;
      let inFlightMax = 0;
      const slow: Act = async (batch, signal) => {
        inFlight += 1;
        inFlightMax = Math.max(inFlightMax, inFlight);
        await new Promise((resolve) => setTimeout(resolve, 3));
        inFlight -= 1;
        return land(batch, signal);
      };
      const [one, two] = [1, 2].map(() => scriptedAdapter(Array.from({ length: 100 }, () => slow)));
      if (one === undefined || two === undefined) throw new Error('There are two');
      const first = started(runWorker(fresh.store, one, { holder: 'one' }));
      started(runWorker(other, two, { holder: 'two' }));
      await until(() => expect(one.landed.size + two.landed.size).toBeGreaterThan(20));
      await first.stop(5000);
      await until(() => expect(one.landed.size + two.landed.size).toBe(60));
      expect(inFlightMax).toBe(1);
      expect([...one.landed, ...two.landed].every(([, revisions]) => revisions.length === 1)).toBe(true);
    });

    it('a stop finishes the batch in flight, settles it and releases the lease', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      await storeCalls(fresh.store, ids(20));
      const { act, begun, release } = heldAct();
      const adapter = scriptedAdapter([act]);
      const worker = runWorker(fresh.store, adapter);
      await begun;
      const stopped = worker.stop(5000);
      release();
      await stopped;
      expect(await row('call-0')).toMatchObject({ state: 'delivered' });
      expect(adapter.batches).toHaveLength(1);
      expect(adapter.closed).toBe(1);
      expect(await holder()).toBeNull();
    });

    it('a stop does not wait for an adapter that ignores its signal', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      await storeCalls(fresh.store, ids(2));
      let begin = (): void => undefined;
      const begun = new Promise<void>((resolve) => (begin = resolve));
      const deaf: Act = () => {
        begin();
        return new Promise(() => undefined);
      };
      const worker = runWorker(fresh.store, scriptedAdapter([deaf]));
      await begun;
      await worker.stop(10);
      expect(await row('call-0')).toMatchObject({ state: 'due', attempts: 1 });
      expect(await holder()).toBeNull();
    });

    it('a stop interrupts an adapter that obeys its signal', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      await storeCalls(fresh.store, ids(2));
      const { act, begun, release } = heldAct();
      const heeding: Act = (batch, signal) => {
        signal.addEventListener('abort', release);
        return act(batch, signal);
      };
      const worker = runWorker(fresh.store, scriptedAdapter([heeding]));
      await begun;
      await worker.stop(10);
      expect(await row('call-0')).toMatchObject({ state: 'delivered' });
    });

    it('a holder that lost its lease settles nothing, and stops delivering', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      await storeCalls(fresh.store, ids(20));
      const clock = movedClock();
      const { act, begun, release } = heldAct();
      const adapter = scriptedAdapter([act]);
      started(runWorker(fresh.store, adapter, { clock, holder: 'old' }));
      await begun;
      const lease = await takeLease(fresh.store, 'crm', 'new', undefined, 60_000, clock() + 60_000);
      expect(lease).toBeDefined();
      release();
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(await row('call-0')).toMatchObject({ state: 'due', delivered_revision: null, attempts: 0 });
      expect(adapter.batches).toHaveLength(1);
      expect(await holder()).toBe('new');
    });

    it('a newer landing that such a holder overwrote is due again', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      await storeCalls(fresh.store, ids(2));
      const clock = movedClock();
      const { act, begun, release } = heldAct();
      started(runWorker(fresh.store, scriptedAdapter([act]), { clock, holder: 'old' }));
      await begun;
      clock.moveBy(60_000);
      const newer = scriptedAdapter();
      started(runWorker(await fresh.openAgain(), newer, { clock, holder: 'new' }));
      await until(() => expect([...newer.landed.values()].flat()).toHaveLength(2));
      release();
      await until(() => expect([...newer.landed.values()].flat()).toHaveLength(4));
    });

    it("a delivery that such a holder overwrote during the new holder's attempt stays due after that attempt", async () => {
      fresh = await openFreshStore(engine, ['crm']);
      await storeCalls(fresh.store, ['x']);
      const clock = movedClock();
      const old = heldAct();
      started(runWorker(fresh.store, scriptedAdapter([old.act]), { clock, holder: 'old' }));
      await old.begun;
      clock.moveBy(60_000);
      // The newest state is in flight when the old holder's write arrives.
      await storeDue(fresh.store, [pushOf(inboundBodies('x').end)]);
      const present = heldAct();
      const newer = scriptedAdapter([present.act]);
      started(runWorker(await fresh.openAgain(), newer, { clock, holder: 'new' }));
      await present.begun;
      const [given] = newer.batches[0] ?? [];
      old.release();
      await until(async () =>
        expect((await row('x'))?.revision).toBeGreaterThan(given?.revision ?? Infinity),
      );
      present.release();
      await until(() => expect(newer.landed.get('x')).toHaveLength(2));
      await until(async () => expect(await row('x')).toMatchObject({ state: 'delivered', due_at: null }));
      expect(newer.batches).toHaveLength(2);
    });

    it('the batch of such a holder is due again, even when the store fails at first', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      await storeCalls(fresh.store, ['x']);
      const clock = movedClock();
      const old = heldAct();
      let isAway = false;
      const { writer } = fresh.store;
      const flaky = new Proxy(writer, {
        get(target, name, receiver) {
          if (name === 'knex' && isAway) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
          return Reflect.get(target, name, receiver) as unknown;
        },
      });
      const late = destinationOf(fresh.store, scriptedAdapter([old.act]), { clock, holder: 'old' });
      started(startWorker([{ ...late, store: { ...fresh.store, writer: flaky } }]));
      await old.begun;
      clock.moveBy(60_000);
      const newer = scriptedAdapter();
      started(runWorker(fresh.store, newer, { clock, holder: 'new' }));
      await until(() => expect(newer.landed.get('x')).toHaveLength(1));
      isAway = true;
      old.release();
      await new Promise((resolve) => setTimeout(resolve, 100));
      isAway = false;
      await until(() => expect(newer.landed.get('x')).toHaveLength(2));
    });

    it('a process that was suspended after it read a batch renews its lease before it delivers', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      await storeCalls(fresh.store, ids(2));
      const clock = movedClock();
      let leftMs = 0;
      const look: Act = async (batch, signal) => {
        const [state] = await readDestinations(fresh.store);
        leftMs = (state?.leaseUntilMs ?? 0) - clock();
        return land(batch, signal);
      };
      const adapter = scriptedAdapter([look]);
      const destination = destinationOf(fresh.store, adapter, { clock });
      const { reader } = fresh.store;
      let reads = 0;
      // The third read follows a check of the lease. There the process stops for longer than the lease.
      const stopping = new Proxy(reader, {
        get(target, name, receiver) {
          if (name === 'knex' && (reads += 1) === 3) clock.moveBy(60_000);
          return Reflect.get(target, name, receiver) as unknown;
        },
      });
      started(startWorker([{ ...destination, store: { ...fresh.store, reader: stopping } }]));
      await until(() => expect(adapter.landed.size).toBe(2));
      expect(leftMs).toBe(60_000);
    });

    it('the lease of a holder whose process has ended can be taken early', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      await storeCalls(fresh.store, ids(2));
      await takeLease(fresh.store, 'crm', 'killed', undefined, 60_000, someTimeMs);
      const adapter = scriptedAdapter();
      started(runWorker(fresh.store, adapter, { hasEnded: (holder) => holder === 'killed' }));
      await until(() => expect(adapter.landed.size).toBe(2));
    });

    it('a holder takes the lease again when the other releases it', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      await storeCalls(fresh.store, ids(2));
      await takeLease(fresh.store, 'crm', 'other', undefined, 60_000, someTimeMs);
      const clock = movedClock();
      const adapter = scriptedAdapter();
      started(runWorker(fresh.store, adapter, { clock }));
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(adapter.batches).toEqual([]);
      clock.moveBy(60_000);
      await until(() => expect(adapter.landed.size).toBe(2));
    });
  });
}

describe('a deadline', () => {
  let fresh: FreshStore;
  let worker: Worker | undefined;
  afterEach(async () => {
    await worker?.stop(50);
    await fresh.close();
  });
  const [sqlite] = engines;
  const open = async (): Promise<void> => {
    if (sqlite !== undefined) fresh = await openFreshStore(sqlite, ['crm']);
    await storeCalls(fresh.store, ids(5));
  };

  it('a deadline ends a batch of an adapter that ignores its signal, with one attempt and not one by one', async () => {
    await open();
    const adapter = scriptedAdapter([() => new Promise(() => undefined)]);
    worker = runWorker(fresh.store, adapter, { leaseMs: 200 });
    await until(async () =>
      expect(await readDelivery(fresh.store, 'crm', 'call-4')).toMatchObject({
        attempts: 1,
        code: 'adapter_error',
      }),
    );
    expect(adapter.batches.map(({ length }) => length)).toEqual([5]);
  });

  it('a deadline halves batches after a timeout, and lets them grow again', async () => {
    await open();
    const clock = movedClock();
    const slow: Act = (batch, signal) =>
      batch.length > 1
        ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('late'))))
        : land(batch, signal);
    const adapter = scriptedAdapter(Array.from({ length: 50 }, () => slow));
    worker = runWorker(fresh.store, adapter, { leaseMs: 200, clock });
    while (adapter.landed.size < 5) {
      clock.moveBy(40);
      worker.wake();
      await sleep(20);
    }
    const sizes = adapter.batches.map(({ length }) => length);
    expect(sizes.slice(0, 3)).toEqual([5, 2, 1]);
    expect(sizes.filter((size) => size === 2).length).toBeGreaterThan(1);
  });

  it('a deadline covers a whole batch, even when it is tried one by one', async () => {
    await open();
    const slowlyBad: Act = async (batch, signal) => {
      if (batch.length > 1) throw new TypeError('poison');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return land(batch, signal);
    };
    const adapter = scriptedAdapter([slowlyBad, slowlyBad, () => new Promise(() => undefined)]);
    // Long enough that a busy machine takes up the first call before half of it has passed.
    worker = runWorker(fresh.store, adapter, { leaseMs: 2_000 });
    await until(() => expect(adapter.batches.length).toBeGreaterThan(2));
    // One delivery landed just at the deadline. The others were not tried and stay due, without an attempt.
    expect(adapter.batches.map(({ length }) => length)).toEqual([5, 1, 2]);
    expect(adapter.batches[2]?.map(({ attempt }) => attempt)).toEqual([1, 1]);
  });

  it('a deadline also ends a preparation that hangs', async () => {
    await open();
    let calls = 0;
    const adapter = scriptedAdapter([], () => {
      calls += 1;
      return calls === 1 ? new Promise(() => undefined) : Promise.resolve();
    });
    const clock = movedClock();
    worker = startWorker([destinationOf(fresh.store, adapter, { leaseMs: 200, clock })]);
    await until(async () =>
      expect((await readDestinations(fresh.store))[0]?.pauseReason).toContain('could not be prepared'),
    );
    clock.moveBy(10_000);
    await until(() => expect(adapter.landed.size).toBe(5));
  });
});
