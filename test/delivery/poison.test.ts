import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DestinationUnavailable } from '../../src/contract/errors.ts';
import type { Worker } from '../../src/delivery/worker.ts';
import { noteSuspect, releaseLease, takeLease, type Suspect } from '../../src/store/destinations.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, readDelivery, type FreshStore } from '../fixtures/fresh-store.ts';
import { someTimeMs } from '../fixtures/pushes.ts';
import { runWorker, storeCalls } from '../fixtures/running-worker.ts';
import { fail, land, scriptedAdapter, type Act, type ScriptedAdapter } from '../fixtures/scripted-adapter.ts';
import { until } from '../fixtures/until.ts';

const [sqlite] = engines;
const ids = (count: number): string[] => Array.from({ length: count }, (_none, index) => `call-${index}`);

describe('a worker that takes over from a process that ended', () => {
  let fresh: FreshStore;
  let worker: Worker | undefined;
  beforeEach(async () => {
    if (sqlite !== undefined) fresh = await openFreshStore(sqlite, ['crm']);
  });
  afterEach(async () => {
    await worker?.stop(100);
    worker = undefined;
    await fresh.close();
  });

  /** Acts as a process that took the destination a minute ago and was killed. */
  const endProcess = async (suspect?: Suspect): Promise<void> => {
    const lease = await takeLease(fresh.store, 'crm', 'dead', undefined, 60_000, someTimeMs - 60_000);
    if (lease === undefined) throw new Error('Another holds the destination');
    if (suspect !== undefined) await noteSuspect(fresh.store, 'crm', lease, suspect);
  };
  const deliverAll = async (count: number, acts: Act[] = []): Promise<ScriptedAdapter> => {
    const adapter = scriptedAdapter(acts);
    worker = runWorker(fresh.store, adapter);
    await until(() => expect(adapter.landed.size).toBe(count));
    return adapter;
  };
  const noted = async (): Promise<unknown> =>
    fresh.store.writer.knex('destinations').first('suspect_call_id', 'suspect_ends');

  it('a worker that follows a crash tries as many deliveries alone as its batch could hold, and then batches again', async () => {
    await storeCalls(fresh.store, ids(23));
    await endProcess();
    const { batches } = await deliverAll(23);
    expect(batches.map(({ length }) => length)).toEqual([...Array.from({ length: 10 }, () => 1), 10, 3]);
  });

  it('a worker that follows a crash does not wait for more calls after a delivery that it tries alone', async () => {
    await storeCalls(fresh.store, ids(23));
    await endProcess();
    const adapter = scriptedAdapter();
    worker = runWorker(fresh.store, adapter, { gatherMs: 3_600_000 });
    await until(() => expect(adapter.landed.size).toBe(23));
  });

  it('a worker that follows a process which released its lease tries batches at once', async () => {
    await storeCalls(fresh.store, ids(10));
    const lease = await takeLease(fresh.store, 'crm', 'stopped', undefined, 60_000, someTimeMs - 60_000);
    if (lease !== undefined) await releaseLease(fresh.store, 'crm', lease);
    expect((await deliverAll(10)).batches).toHaveLength(1);
  });

  it('a worker notes the delivery that it tries alone, and removes the note when that is settled', async () => {
    await storeCalls(fresh.store, ids(2));
    await endProcess();
    const seen: unknown[] = [];
    const look: Act = async (batch, signal) => {
      seen.push(await noted());
      return land(batch, signal);
    };
    await deliverAll(2, [look, look]);
    expect(seen).toEqual([
      { suspect_call_id: 'call-0', suspect_ends: 1 },
      { suspect_call_id: 'call-1', suspect_ends: 1 },
    ]);
    await until(async () => expect(await noted()).toMatchObject({ suspect_call_id: null }));
  });

  it('a worker counts the ends of one delivery', async () => {
    await storeCalls(fresh.store, ids(1));
    await endProcess({ callId: 'call-0', ends: 1 });
    let seen: unknown;
    await deliverAll(1, [
      async (batch, signal) => {
        seen = await noted();
        return land(batch, signal);
      },
    ]);
    expect(seen).toEqual({ suspect_call_id: 'call-0', suspect_ends: 2 });
  });

  it('a worker sets aside a delivery that was tried alone when two processes ended, and lands the others', async () => {
    await storeCalls(fresh.store, ids(5));
    await endProcess({ callId: 'call-2', ends: 2 });
    const adapter = await deliverAll(4);
    expect(adapter.landed.has('call-2')).toBe(false);
    await until(async () =>
      expect(await readDelivery(fresh.store, 'crm', 'call-2')).toMatchObject({
        state: 'rejected',
        code: 'ended_process',
        due_at: null,
      }),
    );
  });

  it('a worker tries the suspect last of those tried alone', async () => {
    await storeCalls(fresh.store, ids(14));
    await endProcess({ callId: 'call-0', ends: 1 });
    const { batches } = await deliverAll(14);
    expect(batches.map(([first]) => first?.id)).toEqual([...ids(10).slice(1), 'call-0', 'call-10']);
    expect(batches.map(({ length }) => length)).toEqual([...Array.from({ length: 10 }, () => 1), 4]);
  });

  it('a worker forgets the ends of one delivery once another is tried', async () => {
    await storeCalls(fresh.store, ids(3));
    await endProcess({ callId: 'call-0', ends: 1 });
    let seen: unknown;
    await deliverAll(3, [
      async (batch, signal) => {
        seen = await noted();
        return land(batch, signal);
      },
    ]);
    expect(seen).toEqual({ suspect_call_id: 'call-1', suspect_ends: 1 });
  });

  it('a worker counts no pause as an end', async () => {
    await storeCalls(fresh.store, ids(1));
    await endProcess({ callId: 'call-0', ends: 1 });
    worker = runWorker(fresh.store, scriptedAdapter([fail(new DestinationUnavailable('away'))]));
    await until(async () => expect(await noted()).toMatchObject({ suspect_call_id: null }));
  });
});
