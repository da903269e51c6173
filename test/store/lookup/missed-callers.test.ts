import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMissedCallers } from '../../../src/store/lookup/missed-callers.ts';
import { storePushes } from '../../../src/store/pushes.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { pushOf, someTimeMs } from '../../fixtures/pushes.ts';

const statusMap = new Map();

for (const engine of engines) {
  describe.skipIf(!engine.given)(`missed callers on ${engine.title}`, () => {
    let fresh: FreshStore;
    let calls = 0;
    beforeEach(async () => {
      fresh = await openFreshStore(engine);
      calls = 0;
    });
    afterEach(() => fresh.close());

    /** Each call comes a second after the one before. */
    const call = async (number: string | undefined, status: string, isOutbound = false): Promise<void> => {
      calls += 1;
      const atMs = someTimeMs + calls * 1000;
      const ends = isOutbound ? { callednumber: number } : { originnumber: number };
      const body = { callsessionid: `call-${calls}`, dialstatus: status, duration: 5, ...ends };
      const push = pushOf(body, atMs, isOutbound ? 'call_end_outbound' : 'call_end');
      await storePushes(fresh.store, [push], [], atMs);
    };
    const waiting = async (sinceMs = someTimeMs): Promise<number> =>
      (await readMissedCallers(fresh.store, statusMap, sinceMs)).waiting;

    it('a missed caller waits until somebody answers or calls back', async () => {
      expect(await waiting()).toBe(0);
      await call('0412 345 678', 'NOANSWER');
      await call('0412 345 679', 'CANCEL');
      expect(await waiting()).toBe(2);
      await call('0412 345 678', 'ANSWER');
      expect(await waiting()).toBe(1);
      await call('0412 345 679', 'ANSWER', true);
      expect(await waiting()).toBe(0);
    });

    it('a caller who is missed again waits again', async () => {
      await call('0412 345 678', 'ANSWER');
      await call('0412 345 678', 'NOANSWER');
      expect(await waiting()).toBe(1);
    });

    it('a missed caller is counted once, however often it called, and not without a number', async () => {
      for (let times = 0; times < 3; times += 1) await call('0412 345 678', 'NOANSWER');
      await call('+61 412 345 678', 'NOANSWER');
      await call(undefined, 'NOANSWER');
      expect(await waiting()).toBe(1);
    });

    it('only missed callers of the given time are counted', async () => {
      await call('0412 345 678', 'NOANSWER');
      expect(await waiting(someTimeMs + 60_000)).toBe(0);
    });

    it('a search with too many missed callers says that there are more', async () => {
      const ended = Array.from({ length: 501 }, (_none, index) =>
        pushOf(
          {
            ...{ callsessionid: `many-${index}`, dialstatus: 'NOANSWER', duration: 5 },
            originnumber: `04123${String(index).padStart(5, '0')}`,
          },
          someTimeMs + index,
          'call_end',
        ),
      );
      await storePushes(fresh.store, ended, [], someTimeMs + 1000);
      const { waiting: some, isMore } = await readMissedCallers(fresh.store, statusMap, someTimeMs);
      expect(isMore).toBe(true);
      expect(some).toBeGreaterThanOrEqual(500);
    });
  });
}
