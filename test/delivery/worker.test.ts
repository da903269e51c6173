import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DestinationUnavailable } from '../../src/contract/errors.ts';
import { delivered, held, rejected, retry } from '../../src/contract/outcome.ts';
import { startWorker, type Worker } from '../../src/delivery/worker.ts';
import { readDestinations } from '../../src/store/destinations.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, readDelivery, type FreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import {
  destinationOf,
  movedClock,
  runWorker,
  silentLog,
  storeCalls,
  storeDue,
} from '../fixtures/running-worker.ts';
import { fail, land, scriptedAdapter, type Act } from '../fixtures/scripted-adapter.ts';
import { until } from '../fixtures/until.ts';

const [sqlite] = engines;
const ids = (count: number): string[] => Array.from({ length: count }, (_none, index) => `call-${index}`);

describe('the worker', () => {
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
  const expectLanded = (callIds: readonly string[]) =>
    until(async () => {
      for (const callId of callIds) expect(await row(callId)).toMatchObject({ state: 'delivered' });
    });

  it('the worker lands due deliveries', async () => {
    await storeCalls(fresh.store, ids(3));
    const adapter = scriptedAdapter();
    worker = runWorker(fresh.store, adapter);
    await expectLanded(ids(3));
    expect(adapter.landed.get('call-1')).toEqual([someTimeMs]);
    expect(await row('call-1')).toMatchObject({ remote_id: 'remote-call-1', delivered_revision: someTimeMs });
  });

  it('the worker passes the call, a stable key, the attempt and the earlier remote id to the adapter', async () => {
    const adapter = scriptedAdapter();
    await storeCalls(fresh.store, ['a']);
    worker = runWorker(fresh.store, adapter);
    await expectLanded(['a']);
    await storeDue(fresh.store, [pushOf(inboundBodies('a').end)]);
    worker.wake();
    await until(() => expect(adapter.batches).toHaveLength(2));
    const [[first], [second]] = adapter.batches as [[unknown], [unknown]];
    expect(first).toMatchObject({
      id: 'a',
      attempt: 1,
      revision: someTimeMs,
      remoteId: undefined,
      visit: 'first',
      isOver: false,
    });
    expect(second).toMatchObject({ id: 'a', attempt: 1, revision: someTimeMs + 1, remoteId: 'remote-a' });
    expect(second).toMatchObject({ visit: 'changed', isOver: true });
    expect(second).toMatchObject({ idempotencyKey: (first as { idempotencyKey: string }).idempotencyKey });
    expect(second).toMatchObject({ call: { call_id: 'a', status: 'answered', duration_seconds: 65 } });
  });

  it('the worker lands a held call as soon as its next push comes, independent of the clock', async () => {
    const hold: Act = ([d]) => [held(d?.id ?? '', 'api_budget', 'Requests are saved.', 60_000)];
    const adapter = scriptedAdapter([hold]);
    await storeCalls(fresh.store, ['a']);
    worker = runWorker(fresh.store, adapter);
    await until(async () =>
      expect(await row('a')).toMatchObject({ code: 'api_budget', due_at: someTimeMs + 60_000 }),
    );
    await storeDue(fresh.store, [pushOf(inboundBodies('a').end)]);
    worker.wake();
    await expectLanded(['a']);
    expect(adapter.batches).toHaveLength(2);
  });

  it('the worker reads batches up to the allowed size, one at a time, in order of their due times', async () => {
    await storeCalls(fresh.store, ids(23));
    const adapter = scriptedAdapter(
      Array.from({ length: 5 }, (): Act => async (batch, signal) => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        return land(batch, signal);
      }),
    );
    worker = runWorker(fresh.store, adapter);
    await expectLanded(ids(23));
    expect(adapter.batches.map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(adapter.inFlightMax).toBe(1);
  });

  it('the worker waits for more calls after a small batch, until it is stopped', async () => {
    const adapter = scriptedAdapter();
    await storeCalls(fresh.store, ['a']);
    worker = runWorker(fresh.store, adapter, { gatherMs: 3_600_000, capabilities: { batchSizeMax: 5 } });
    await expectLanded(['a']);
    await storeCalls(fresh.store, ['b']);
    worker.wake();
    await sleep(100);
    expect(adapter.batches).toHaveLength(1);
    await worker.stop(100);
    expect(await row('b')).toMatchObject({ state: 'due' });
  });

  it('the worker does not wait after a batch that is a quarter of the allowed size', async () => {
    await storeCalls(fresh.store, ['a']);
    worker = runWorker(fresh.store, scriptedAdapter(), {
      gatherMs: 3_600_000,
      capabilities: { batchSizeMax: 4 },
    });
    await expectLanded(['a']);
    await storeCalls(fresh.store, ['b']);
    worker.wake();
    await expectLanded(['b']);
  });

  it('the worker reads due deliveries at once when it is woken', async () => {
    const adapter = scriptedAdapter();
    worker = runWorker(fresh.store, adapter, { pollMs: 3_600_000 });
    // Without a wake, the next check would come in an hour. The first wakes can come before the worker has started.
    await storeCalls(fresh.store, ['a']);
    await until(() => {
      worker?.wake();
      expect(adapter.landed.has('a')).toBe(true);
    });
  });

  it('the worker finds deliveries that another process stored by polling', async () => {
    const adapter = scriptedAdapter();
    worker = runWorker(fresh.store, adapter);
    await until(async () => expect((await state())?.holder).toBe('test'));
    await storeCalls(await fresh.openAgain(), ['a']);
    await expectLanded(['a']);
  });

  it('the worker lands a delivery only when it is due', async () => {
    const clock = movedClock();
    const adapter = scriptedAdapter();
    await storeCalls(fresh.store, ['late'], someTimeMs + 60_000);
    await storeCalls(fresh.store, ['now']);
    worker = runWorker(fresh.store, adapter, { clock });
    await expectLanded(['now']);
    expect(adapter.landed.has('late')).toBe(false);
    clock.moveBy(60_000);
    await expectLanded(['late']);
  });

  it('the worker marks a call as over when its end is overdue', async () => {
    const adapter = scriptedAdapter();
    await storeCalls(fresh.store, ['a']);
    worker = runWorker(fresh.store, adapter, { capabilities: { stages: ['call_end'] } });
    await expectLanded(['a']);
    expect(adapter.batches[0]?.[0]).toMatchObject({ isOver: true });
  });

  it.each<[string, Act]>([
    ['answers nothing', () => []],
    [
      'answers twice',
      (batch, signal) => [...(land(batch, signal) as unknown[]), ...(land(batch, signal) as unknown[])],
    ],
    ['returns an outcome for another', () => [delivered('nobody', { effect: 'created' })]],
    ['answers rubbish', () => 'rubbish'],
    [
      'returns a value that no store accepts',
      ([d]) => [{ ...delivered(d?.id ?? '', { effect: 'created' }), remoteId: {} }],
    ],
  ])('the worker retries when the adapter %s', async (_what, act) => {
    const clock = movedClock();
    const adapter = scriptedAdapter([act]);
    await storeCalls(fresh.store, ['a']);
    worker = runWorker(fresh.store, adapter, { clock });
    await until(async () =>
      expect(await row('a')).toMatchObject({ state: 'due', attempts: 1, code: 'adapter_fault' }),
    );
    clock.moveBy(3_600_000);
    await expectLanded(['a']);
  });

  it('the worker tries a batch that makes the adapter throw one by one, so that the others land', async () => {
    await storeCalls(fresh.store, ids(5));
    const poison: Act = (batch, signal) => {
      if (batch.some(({ id }) => id === 'call-2')) throw new TypeError('poison');
      return land(batch, signal);
    };
    worker = runWorker(fresh.store, scriptedAdapter(Array.from({ length: 20 }, () => poison)));
    await expectLanded(['call-0', 'call-1', 'call-3', 'call-4']);
    await until(async () =>
      expect(await row('call-2')).toMatchObject({ state: 'due', attempts: 1, code: 'adapter_error' }),
    );
  });

  it('the worker lands the other calls when a stored call cannot be read in full', async () => {
    await storeCalls(fresh.store, ids(3));
    const adapter = scriptedAdapter();
    const destination = destinationOf(fresh.store, adapter);
    const { completeCall } = destination;
    worker = startWorker([
      {
        ...destination,
        completeCall(record) {
          if (record.id === 'call-1') throw new RangeError('unreadable');
          return completeCall(record);
        },
      },
    ]);
    await expectLanded(['call-0', 'call-2']);
    expect(await row('call-1')).toMatchObject({ state: 'rejected', code: 'unreadable_call' });
  });

  it('the worker keeps the landings that came before the destination became unreachable', async () => {
    await storeCalls(fresh.store, ids(3));
    const away = new DestinationUnavailable('away');
    const adapter = scriptedAdapter([fail(new TypeError('poison')), land, fail(away), fail(away)]);
    worker = runWorker(fresh.store, adapter);
    await until(async () => expect((await state())?.pauseReason).toBe('away'));
    const states = await Promise.all(ids(3).map(async (id) => (await row(id))?.state));
    expect(states.sort()).toEqual(['delivered', 'due', 'due']);
  });

  it('the worker waits between attempts as long as the destination asked for', async () => {
    const clock = movedClock();
    await storeCalls(fresh.store, ['a']);
    const adapter = scriptedAdapter([([d]) => [retry(d?.id ?? '', 'busy', 'Busy.', 30_000)]]);
    worker = runWorker(fresh.store, adapter, { clock });
    await until(async () =>
      expect(await row('a')).toMatchObject({ attempts: 1, due_at: someTimeMs + 30_500 }),
    );
    clock.moveBy(30_499);
    worker.wake();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(adapter.batches).toHaveLength(1);
    clock.moveBy(1);
    await expectLanded(['a']);
  });

  it('the worker gives up after 72 hours of attempts, and says what to do', async () => {
    const clock = movedClock();
    await storeCalls(fresh.store, ['a']);
    const never: Act = ([d]) => [retry(d?.id ?? '', 'locked', 'Locked.')];
    const warned: object[] = [];
    const counted: Record<string, number> = {};
    worker = runWorker(fresh.store, scriptedAdapter(Array.from({ length: 500 }, () => never)), {
      clock,
      pollMs: 1,
      log: { ...silentLog, warn: (fields) => void warned.push(fields) },
      onSettled: (outcome, count) => (counted[outcome] = (counted[outcome] ?? 0) + count),
    });
    await until(async () => {
      clock.moveBy(3_600_000);
      worker?.wake();
      expect(await row('a')).toMatchObject({ state: 'exhausted', due_at: null, code: 'locked' });
    });
    const remedy = (await row('a'))?.remedy;
    expect(remedy).toContain('npm run replay');
    // It is logged once, and counted separately from earlier attempts.
    await until(() => {
      expect(counted).toEqual({ retry: expect.any(Number) as number, exhausted: 1 });
      expect(warned).toEqual([
        { callId: 'a', state: 'exhausted', code: 'locked', reason: 'Locked.', remedy, count: 1 },
      ]);
    });
    expect(clock() - someTimeMs).toBeGreaterThanOrEqual(72 * 3_600_000);
  });

  it('the worker warns of rejected deliveries once for each code, with the remedy', async () => {
    await storeCalls(fresh.store, ids(3));
    const refuse: Act = (batch) =>
      batch.map(({ id }) =>
        rejected(id, id === 'call-0' ? 'too_long' : 'no_right', 'Refused.', 'Correct it.'),
      );
    const warned: object[] = [];
    const counted: [string, number][] = [];
    worker = runWorker(fresh.store, scriptedAdapter([refuse]), {
      log: { ...silentLog, warn: (fields) => void warned.push(fields) },
      onSettled: (...settled) => void counted.push(settled),
    });
    const common = { state: 'rejected', reason: 'Refused.', remedy: 'Correct it.' };
    await until(() =>
      expect(warned).toEqual([
        { ...common, callId: 'call-0', code: 'too_long', count: 1 },
        { ...common, callId: 'call-1', code: 'no_right', count: 2 },
      ]),
    );
    expect(counted).toEqual([['rejected', 3]]);
  });

  it('the worker skips later revisions when the destination accepts no updates', async () => {
    const adapter = scriptedAdapter();
    await storeCalls(fresh.store, ['a']);
    worker = runWorker(fresh.store, adapter, { capabilities: { updates: false } });
    await expectLanded(['a']);
    await storeDue(fresh.store, [pushOf(inboundBodies('a').end)]);
    worker.wake();
    await until(async () => expect(await row('a')).toMatchObject({ state: 'skipped', due_at: null }));
    expect(adapter.batches).toHaveLength(1);
  });

  it.each(['lookup', 'none'] as const)(
    'the worker records a first attempt before it is made, without counting it (idempotency %s)',
    async (idempotency) => {
      await storeCalls(fresh.store, ['a']);
      const during: unknown[] = [];
      const looking: Act = async (batch, signal) => {
        during.push(await row('a'));
        return land(batch, signal);
      };
      const clock = movedClock();
      const adapter = scriptedAdapter([looking, looking]);
      worker = runWorker(fresh.store, adapter, { capabilities: { idempotency }, clock });
      await expectLanded(['a']);
      clock.moveBy(1000);
      await storeDue(fresh.store, [pushOf(inboundBodies('a').end)]);
      worker.wake();
      await until(() => expect(during).toHaveLength(2));
      expect(during).toMatchObject([
        { attempts: 0, attempted_at: someTimeMs },
        // A call that has landed is recognised by its remote id.
        { attempts: 0, attempted_at: someTimeMs },
      ]);
    },
  );

  it('the worker obeys the rate limit of the destination', async () => {
    const clock = movedClock();
    await storeCalls(fresh.store, ids(5));
    const adapter = scriptedAdapter();
    const rateLimit = { batches: 2, perMs: 1000 };
    worker = runWorker(fresh.store, adapter, { clock, capabilities: { batchSizeMax: 1, rateLimit } });
    await until(() => expect(adapter.batches).toHaveLength(2));
    for (let index = 0; index < 20; index += 1) {
      worker.wake();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(adapter.batches).toHaveLength(2);
    clock.moveBy(1000);
    await until(() => {
      worker?.wake();
      expect(adapter.batches).toHaveLength(4);
    });
    clock.moveBy(-3_600_000);
    await until(() => {
      worker?.wake();
      expect(adapter.batches.length).toBeGreaterThan(3);
    });
  });
});
