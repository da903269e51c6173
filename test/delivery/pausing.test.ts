import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdapterMisconfigured, DestinationUnavailable } from '../../src/contract/errors.ts';
import { startWorker, type Worker } from '../../src/delivery/worker.ts';
import { readDestinations } from '../../src/store/destinations.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, readDelivery, type FreshStore } from '../fixtures/fresh-store.ts';
import { someTimeMs } from '../fixtures/pushes.ts';
import {
  destinationOf,
  movedClock,
  runWorker,
  storeCalls,
  type MovedClock,
} from '../fixtures/running-worker.ts';
import { fail, land, scriptedAdapter, type Act } from '../fixtures/scripted-adapter.ts';
import { until } from '../fixtures/until.ts';

const [sqlite] = engines;
const ids = (count: number): string[] => Array.from({ length: count }, (_none, index) => `call-${index}`);

describe('the worker with an unreachable destination', () => {
  let fresh: FreshStore;
  let worker: Worker | undefined;
  beforeEach(async () => {
    if (sqlite !== undefined) fresh = await openFreshStore(sqlite, ['crm', 'dead']);
  });
  afterEach(async () => {
    await worker?.stop(100);
    worker = undefined;
    await fresh.close();
  });

  const row = (callId: string) => readDelivery(fresh.store, 'crm', callId);
  const state = async () => (await readDestinations(fresh.store)).find(({ name }) => name === 'crm');
  /** Moves the clock to the end of the stored pause, if any. No batch is in flight then. */
  const endPause = async (clock: MovedClock): Promise<void> => {
    const pausedMs = ((await state())?.pausedUntilMs ?? 0) - clock();
    if (pausedMs > 0) clock.moveBy(pausedMs);
    worker?.wake();
  };
  const expectLanded = (callIds: readonly string[]) =>
    until(async () => {
      for (const callId of callIds) expect(await row(callId)).toMatchObject({ state: 'delivered' });
    });

  it('the worker pauses an unreachable destination without counting an attempt, and probes it with one delivery', async () => {
    const clock = movedClock();
    await storeCalls(fresh.store, ids(5));
    const away = fail(new DestinationUnavailable('The CRM is away.'));
    const adapter = scriptedAdapter([away, away]);
    worker = runWorker(fresh.store, adapter, { clock });
    await until(async () =>
      expect(await state()).toMatchObject({ pauses: 1, pauseReason: 'The CRM is away.', pauseRemedy: null }),
    );
    expect(await row('call-0')).toMatchObject({ state: 'due', attempts: 0, due_at: someTimeMs });
    clock.moveBy(1000);
    await until(async () => expect(await state()).toMatchObject({ pauses: 2 }));
    clock.moveBy(2000);
    await expectLanded(ids(5));
    expect(adapter.batches.map(({ length }) => length)).toEqual([5, 1, 1, 4]);
    expect(await state()).toMatchObject({ pauses: 0, pausedUntilMs: 0, pauseReason: null });
  });

  it.each(['native', 'lookup', 'none'] as const)(
    'an outage counts no attempt, and a call that may have landed comes as a second attempt (idempotency %s)',
    async (idempotency) => {
      const clock = movedClock();
      await storeCalls(fresh.store, ids(2));
      const away = fail(new DestinationUnavailable('away'));
      const adapter = scriptedAdapter(Array.from({ length: 30 }, () => away));
      worker = runWorker(fresh.store, adapter, { clock, capabilities: { idempotency } });
      for (let probes = 1; probes <= 30; probes += 1) {
        await until(async () => expect(await state()).toMatchObject({ pauses: probes }));
        clock.moveBy(300_000);
      }
      await expectLanded(ids(2));
      const attempts = adapter.batches.slice(30).flatMap((batch) => batch.map(({ attempt }) => attempt));
      expect(attempts).toEqual(idempotency === 'native' ? [1, 1] : [2, 2]);
    },
  );

  it('the worker detects a call that makes the destination seem unreachable, and lets the others land', async () => {
    const clock = movedClock();
    await storeCalls(fresh.store, ids(30));
    const bad = ['call-0', 'call-1', 'call-7'];
    const act: Act = (batch, signal) => {
      if (batch.some(({ id }) => bad.includes(id))) throw new DestinationUnavailable('HTTP 500');
      return land(batch, signal);
    };
    const adapter = scriptedAdapter(Array.from({ length: 1_000 }, () => act));
    worker = runWorker(fresh.store, adapter, { clock, pollMs: 1 });
    await until(async () => {
      await endPause(clock);
      for (const callId of ids(30).filter((id) => !bad.includes(id)))
        expect(await row(callId)).toMatchObject({ state: 'delivered' });
    });
    await until(async () => {
      await endPause(clock);
      for (const callId of bad) {
        const { attempts = 0, ...rest } = (await row(callId)) ?? {};
        expect(rest).toMatchObject({ state: 'due', code: 'destination_unavailable' });
        expect(attempts).toBeGreaterThan(0);
      }
    });
    expect((await row('call-0'))?.reason).toContain('HTTP 500');
    // The first failed delivery was the probe three times, and was tried once more alone after another had landed.
    const alone = adapter.batches.filter(({ length }) => length === 1).map(([first]) => first?.id);
    expect(alone.slice(0, 3)).toEqual(['call-0', 'call-0', 'call-0']);
    expect(alone[3]).not.toBe('call-0');
  });

  it('a call that makes the destination seem unreachable counts no attempt when it is the only one, and lands when it can', async () => {
    const clock = movedClock();
    await storeCalls(fresh.store, ['a']);
    const away = fail(new DestinationUnavailable('away'));
    const adapter = scriptedAdapter(Array.from({ length: 12 }, () => away));
    worker = runWorker(fresh.store, adapter, { clock, pollMs: 1 });
    await until(async () => {
      await endPause(clock);
      expect(adapter.landed.has('a')).toBe(true);
    });
    await expectLanded(['a']);
    expect(adapter.batches.at(-1)).toMatchObject([{ attempt: 1 }]);
  });

  it('the worker sends nothing to a paused destination, however often it is woken', async () => {
    await storeCalls(fresh.store, ids(2));
    const adapter = scriptedAdapter([fail(new DestinationUnavailable('away', { retryAfterMs: 60_000 }))]);
    worker = runWorker(fresh.store, adapter, { pollMs: 1 });
    await until(async () => expect((await state())?.pausedUntilMs).toBe(someTimeMs + 60_000));
    for (let index = 0; index < 50; index += 1) {
      worker.wake();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(adapter.batches).toHaveLength(1);
  });

  it('the worker pauses a destination that is misconfigured, and says what to do', async () => {
    const clock = movedClock();
    await storeCalls(fresh.store, ['a']);
    const settled: string[] = [];
    const adapter = scriptedAdapter([
      fail(new AdapterMisconfigured('The key was refused.', 'Give another key.')),
    ]);
    worker = runWorker(fresh.store, adapter, { clock, onSettled: (outcome) => settled.push(outcome) });
    await until(async () =>
      expect(await state()).toMatchObject({
        pauseReason: 'The key was refused.',
        pauseRemedy: 'Give another key.',
      }),
    );
    expect(settled).toEqual(['misconfigured']);
    expect(await row('a')).toMatchObject({ attempts: 0 });
    clock.moveBy(60_000);
    await expectLanded(['a']);
  });

  it('the worker stores a pause whose reason no database would accept unchanged', async () => {
    await storeCalls(fresh.store, ['a']);
    const reason = `away\0${'x'.repeat(100_000)}`;
    worker = runWorker(fresh.store, scriptedAdapter([fail(new DestinationUnavailable(reason))]));
    await until(async () => expect((await state())?.pauseReason).toHaveLength(1000));
  });

  it('the worker prepares a destination before the first batch, and again after a failure', async () => {
    const clock = movedClock();
    await storeCalls(fresh.store, ['a']);
    let calls = 0;
    const adapter = scriptedAdapter([], () => {
      calls += 1;
      return calls === 1 ? Promise.reject(new Error('boom')) : Promise.resolve();
    });
    worker = runWorker(fresh.store, adapter, { clock });
    await until(async () => expect((await state())?.pauses).toBe(1));
    expect(adapter.batches).toEqual([]);
    clock.moveBy(1000);
    await expectLanded(['a']);
    expect(calls).toBe(2);
  });

  it('the worker lands at one destination while another is unreachable or hangs', async () => {
    await storeCalls(fresh.store, ids(3), someTimeMs, ['crm', 'dead']);
    const adapter = scriptedAdapter();
    const hanging = scriptedAdapter([() => new Promise(() => undefined)]);
    worker = startWorker([
      destinationOf(fresh.store, hanging, { name: 'dead', leaseMs: 2000 }),
      destinationOf(fresh.store, adapter),
    ]);
    await expectLanded(ids(3));
    expect(await readDelivery(fresh.store, 'dead', 'call-0')).toMatchObject({ state: 'due' });
  });

  it('the worker continues after the store was unreachable', async () => {
    const adapter = scriptedAdapter();
    await fresh.store.writer.knex.schema.renameTable('destinations', 'destinations_away');
    worker = runWorker(fresh.store, adapter);
    await storeCalls(fresh.store, ['a']);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await fresh.store.writer.knex.schema.renameTable('destinations_away', 'destinations');
    await expectLanded(['a']);
  });
});
