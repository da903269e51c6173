import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { held, rejected, retry, skipped, type Outcome } from '../../src/contract/outcome.ts';
import type { Worker } from '../../src/delivery/worker.ts';
import { readAttempts } from '../../src/store/attempts.ts';
import { takeLease } from '../../src/store/destinations.ts';
import { settle, type Settlement } from '../../src/store/settle.ts';
import { trimCalls } from '../../src/store/upkeep/trim-calls.ts';
import { engines } from '../fixtures/engines.ts';
import { countRows, openFreshStore, readDelivery, type FreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { movedClock, runWorker, storeCalls, storeDue } from '../fixtures/running-worker.ts';
import { land, scriptedAdapter, type Act } from '../fixtures/scripted-adapter.ts';
import { until } from '../fixtures/until.ts';

const each =
  (outcome: (id: string) => Outcome): Act =>
  (batch) =>
    batch.map(({ id }) => outcome(id));

for (const engine of engines) {
  describe.skipIf(!engine.given)(`recorded attempts on ${engine.title}`, () => {
    let fresh: FreshStore;
    let worker: Worker | undefined;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['crm']);
    });
    afterEach(async () => {
      await worker?.stop(100);
      await fresh.close();
    });

    const noted = async (callId = 'a') => readAttempts(fresh.store, callId);
    const stateOf = async (callId = 'a') => (await readDelivery(fresh.store, 'crm', callId))?.state;

    it('no attempt is recorded for a landing at the first attempt', async () => {
      await storeCalls(fresh.store, ['a', 'b']);
      worker = runWorker(fresh.store, scriptedAdapter());
      await until(async () => expect(await stateOf('b')).toBe('delivered'));
      expect(await countRows(fresh.store, 'attempts')).toBe(0);
    });

    it('no attempt is recorded for a skip at the first attempt', async () => {
      await storeCalls(fresh.store, ['a']);
      worker = runWorker(fresh.store, scriptedAdapter([each((id) => skipped(id, 'Internal.'))]));
      await until(async () => expect(await stateOf()).toBe('skipped'));
      expect(await noted()).toEqual([]);
    });

    it('a recorded attempt has the time, revision, outcome, reason, remedy, duration and process', async () => {
      await storeCalls(fresh.store, ['a']);
      const refuse = each((id) => rejected(id, 'no_field', 'It has no field.', 'Add it.'));
      worker = runWorker(fresh.store, scriptedAdapter([refuse]), { clock: movedClock(someTimeMs + 5) });
      await until(async () => expect(await noted()).toHaveLength(1));
      const [attempt] = await noted();
      expect(attempt).toMatchObject({
        ...{ destination: 'crm', nth: 1, triedAtMs: someTimeMs + 5, revision: someTimeMs },
        ...{ outcome: 'rejected', code: 'no_field', reason: 'It has no field.', remedy: 'Add it.' },
        process: 'test 1',
      });
      expect(attempt?.tookMs).toBeGreaterThanOrEqual(0);
    });

    it('retries, delays by a rule, and the success that came after them are recorded', async () => {
      const clock = movedClock();
      await storeCalls(fresh.store, ['a']);
      const adapter = scriptedAdapter([
        each((id) => retry(id, 'row_locked', 'Locked.')),
        each((id) => held(id, 'api_budget', 'Requests are saved.', 1000)),
        each((id) => retry(id, 'row_locked', 'Locked.')),
        land,
      ]);
      worker = runWorker(fresh.store, adapter, { clock });
      for (let done = 1; done <= 4; done += 1) {
        await until(async () => expect(await noted()).toHaveLength(done));
        clock.moveBy(120_000);
      }
      expect((await noted()).map(({ outcome, nth }) => [nth, outcome])).toEqual([
        [1, 'retry'],
        [2, 'held'],
        [3, 'retry'],
        [4, 'delivered'],
      ]);
    });

    it('the newest 20 attempts of a delivery are kept', async () => {
      await storeCalls(fresh.store, ['a', 'b']);
      const fence = (await takeLease(fresh.store, 'crm', 'me', undefined, 60_000, someTimeMs))?.fence ?? 0;
      const failed = (callId: string): Settlement => ({
        ...{ callId, revision: someTimeMs, state: 'due', dueAtMs: someTimeMs, attempts: 1, noted: 'retry' },
        ...{ code: 'x', reason: 'y', remedy: undefined, remoteId: undefined, trace: undefined },
      });
      const origin = { process: 'p', tookMs: 3 };
      for (let time = 1; time <= 25; time += 1)
        await settle(fresh.store, 'crm', fence, [failed('a')], someTimeMs + time, origin);
      await settle(fresh.store, 'crm', fence, [failed('b')], someTimeMs, origin);
      expect((await noted()).map(({ nth }) => nth)).toEqual(
        Array.from({ length: 20 }, (_none, at) => at + 6),
      );
      expect(await noted('b')).toHaveLength(1);
    });

    it('a process that lost the destination records no attempt', async () => {
      await storeCalls(fresh.store, ['a']);
      const failed: Settlement = {
        ...{ callId: 'a', revision: someTimeMs, state: 'rejected', dueAtMs: undefined, attempts: 1 },
        ...{ code: 'x', reason: 'y', remedy: 'z', remoteId: undefined, trace: undefined, noted: 'rejected' },
      };
      expect(await settle(fresh.store, 'crm', 99, [failed], someTimeMs)).toBe(false);
      expect(await noted()).toEqual([]);
    });

    it('the attempts of a call are removed with it', async () => {
      await storeDue(fresh.store, [pushOf(inboundBodies('a').end), pushOf(inboundBodies('b').end)]);
      worker = runWorker(
        fresh.store,
        scriptedAdapter([each((id) => rejected(id, 'no', 'It is refused.', 'Mend it.'))]),
      );
      await until(async () => expect(await countRows(fresh.store, 'attempts')).toBe(2));
      const beforeMs = someTimeMs + 86_400_000;
      const options = { beforeMs, secretKey: 'k'.repeat(32), afterId: '', pushesMax: 9 };
      expect((await trimCalls(fresh.store, options, beforeMs)).calls).toBe(2);
      expect(await countRows(fresh.store, 'attempts')).toBe(0);
    });
  });
}
