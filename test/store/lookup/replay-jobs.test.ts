import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runNextJob, startReplayJobs } from '../../../src/app/replay/replay-jobs.ts';
import type { Destination } from '../../../src/store/deliveries.ts';
import {
  changeReplayJob,
  deleteOldReplayJobs,
  listReplayJobs,
  makeReplayJob,
  readReplayJob,
  type ReplayJob,
} from '../../../src/store/lookup/replay/replay-jobs.ts';
import type { ReplayFilter } from '../../../src/store/lookup/replay/replay-filter.ts';
import { storePushes } from '../../../src/store/pushes.ts';
import { claimReplayJob, stepReplayJob } from '../../../src/store/upkeep/replay-step.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../../fixtures/pushes.ts';
import { silentLog } from '../../fixtures/running-worker.ts';
import { until } from '../../fixtures/until.ts';

const crm: Destination = { name: 'crm', stages: ['call_end'], settleAfterMs: 1000 };
const table: Destination = { ...crm, name: 'table' };
const calls = 450;
const madeAtMs = someTimeMs + 60_000;
const nobodyEnded = (): boolean => false;

for (const engine of engines) {
  describe.skipIf(!engine.given)(`replay jobs on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['crm', 'table']);
      const pushes = Array.from({ length: calls }, (_none, index) => pushOf(inboundBodies(`c-${index}`).end));
      for (let at = 0; at < calls; at += 100)
        await storePushes(fresh.store, pushes.slice(at, at + 100), [crm, table], someTimeMs);
      await fresh.store.writer.knex('deliveries').update({
        state: 'rejected',
        due_at: null,
        due_since: null,
        code: 'no_field',
        attempted_at: someTimeMs,
      });
    });
    afterEach(() => fresh.close());

    const make = (filter: ReplayFilter = { state: 'rejected' }, destinations = ['crm']): Promise<string> =>
      makeReplayJob(fresh.store, { filter, destinations, reason: 'Mended.', who: 'operator' }, madeAtMs);
    const read = async (id: string): Promise<ReplayJob> => {
      const job = await readReplayJob(fresh.store, id);
      if (job === undefined) throw new Error('There is no job');
      return job;
    };
    const claim = (holder = 'one', nowMs = madeAtMs, hasEnded: (holder: string) => boolean = nobodyEnded) =>
      claimReplayJob(fresh.store, holder, hasEnded, nowMs);
    const step = (job: ReplayJob | undefined, destinations = [crm, table]) => {
      if (job === undefined) throw new Error('There is no job');
      return stepReplayJob(fresh.store, job, destinations, madeAtMs);
    };
    const finish = async (given: ReplayJob | undefined, destinations?: Destination[]): Promise<ReplayJob> => {
      let job = await step(given, destinations);
      while (job?.state === 'running') job = await step(job, destinations);
      if (job === undefined) throw new Error('The job was taken');
      return job;
    };
    const dueAt = async (destination: string): Promise<number> =>
      (await fresh.store.reader.knex('deliveries').where({ destination, state: 'due' }).pluck('call_id'))
        .length;

    it('a replay job keeps the filter, the person, the reason and the time', async () => {
      const id = await make({ state: 'rejected', sinceMs: 5 });
      expect(await read(id)).toMatchObject({
        ...{ state: 'queued', who: 'operator', reason: 'Mended.', madeAtMs, destinations: ['crm'] },
        filter: { state: 'rejected', sinceMs: 5 },
      });
      expect((await listReplayJobs(fresh.store, 5)).map((job) => job.id)).toEqual([id]);
    });

    it('a replay job makes due exactly what it counts, in small steps', async () => {
      const id = await make();
      const claimed = await claim();
      const first = await step(await step(claimed));
      expect(first).toMatchObject({ total: calls, madeDue: 200 });
      await finish(first);
      expect(await read(id)).toMatchObject({
        ...{ state: 'done', total: calls, lookedAt: calls, madeDue: calls, finishedAtMs: madeAtMs },
        counts: { crm: { none: calls } },
      });
      expect([await dueAt('crm'), await dueAt('table')]).toEqual([calls, 0]);
    });

    it('a replay job passes over deliveries that are already due, and counts them', async () => {
      const due = { state: 'due', due_at: someTimeMs };
      await fresh.store.writer.knex('deliveries').whereIn('call_id', ['c-1', 'c-2']).update(due);
      await make({ destination: 'crm' });
      expect(await finish(await claim())).toMatchObject({
        counts: { crm: { none: calls - 2, already_due: 2 } },
      });
    });

    it('replay jobs run one at a time, the oldest first', async () => {
      const first = await make();
      await make();
      expect((await claim('one'))?.id).toBe(first);
      expect(await claim('two')).toBeUndefined();
    });

    it('another process continues a replay job when its process is silent, and loses and repeats nothing', async () => {
      await make();
      await step(await step(await claim('one')));
      expect(await claim('two', madeAtMs + 10_000)).toBeUndefined();
      const taken = await claim('two', madeAtMs + 20_000);
      expect(await finish(taken)).toMatchObject({ madeDue: calls, lookedAt: calls, state: 'done' });
    });

    it('a replay job continues at once when its process has certainly ended', async () => {
      await make();
      await step(await claim('one'));
      expect((await claim('two', madeAtMs, (holder) => holder === 'one'))?.holder).toBe('two');
    });

    it('a step of a replay job is undone when another process took the job over meanwhile', async () => {
      await make();
      const mine = await step(await claim('one'));
      await claim('two', madeAtMs + 20_000);
      expect(await step(mine)).toBeUndefined();
      expect(await dueAt('crm')).toBe(0);
    });

    it('a paused replay job stops, and continues where it was', async () => {
      const id = await make();
      const running = await step(await step(await claim()));
      expect(await changeReplayJob(fresh.store, id, 'pause', madeAtMs)).toBe(true);
      expect(await step(running)).toBeUndefined();
      expect(await claim()).toBeUndefined();
      expect(await dueAt('crm')).toBe(200);
      expect(await changeReplayJob(fresh.store, id, 'resume', madeAtMs)).toBe(true);
      expect(await finish(await claim())).toMatchObject({ madeDue: calls });
    });

    it('a cancelled replay job stops for good, and says when', async () => {
      const id = await make();
      const running = await step(await step(await claim()));
      await changeReplayJob(fresh.store, id, 'cancel', madeAtMs + 7);
      expect(await step(running)).toBeUndefined();
      expect(await read(id)).toMatchObject({ state: 'cancelled', madeDue: 200, finishedAtMs: madeAtMs + 7 });
      expect(await changeReplayJob(fresh.store, id, 'resume', madeAtMs)).toBe(false);
    });

    it('a replay job cannot be changed after its end', async () => {
      const id = await make();
      await finish(await claim());
      for (const change of ['pause', 'resume', 'cancel'] as const)
        expect(await changeReplayJob(fresh.store, id, change, madeAtMs)).toBe(false);
      expect((await read(id)).state).toBe('done');
    });

    it('a replay job reports a destination that is gone, and continues with the others', async () => {
      await make({ state: 'rejected' }, ['crm', 'table']);
      const ended = await finish(await claim(), [table]);
      expect(ended).toMatchObject({
        state: 'failed',
        madeDue: calls,
        counts: { crm: { not_enabled: calls } },
      });
      expect(ended.failure).toBe(
        'The destination crm is not enabled any more: ADAPTERS names table. Its deliveries were not changed.',
      );
      expect([await dueAt('crm'), await dueAt('table')]).toEqual([0, calls]);
    });

    it('a replay job omits a call that was removed after it was read', async () => {
      await make({ callIds: ['c-1', 'c-2'] });
      const counted = await step(await claim());
      await fresh.store.writer.knex('calls').where({ id: 'c-1' }).delete();
      await finish(counted);
      expect(await dueAt('crm')).toBe(1);
    });

    it('a receiver that looks for replay jobs runs them and wakes its worker', async () => {
      let steps = 0;
      const running = startReplayJobs({
        ...{ store: fresh.store, destinations: [crm], holder: 'one', hasEnded: nobodyEnded, log: silentLog },
        ...{ clock: () => madeAtMs, onStep: () => (steps += 1), pollMs: 20 },
      });
      const id = await make();
      await until(async () => expect((await read(id)).state).toBe('done'));
      await running.stop();
      expect(steps).toBeGreaterThanOrEqual(3);
    });

    it('a process that stops releases its replay job, so that another process continues at once', async () => {
      const id = await make();
      const stopping = new AbortController();
      const options = {
        ...{ store: fresh.store, destinations: [crm], hasEnded: nobodyEnded, clock: () => madeAtMs },
        ...{ log: silentLog, onStep: () => undefined, pollMs: 20 },
      };
      const first = startReplayJobs({ ...options, holder: 'one', onStep: () => stopping.abort() });
      await until(() => expect(stopping.signal.aborted).toBe(true));
      await first.stop();
      expect((await read(id)).holder).toBeNull();
      await runNextJob({ ...options, holder: 'two' }, new AbortController().signal);
      expect(await read(id)).toMatchObject({ state: 'done', madeDue: calls });
    });

    it('replay jobs are deleted some time after their end', async () => {
      await make();
      await finish(await claim());
      const waiting = await make();
      expect(await deleteOldReplayJobs(fresh.store, madeAtMs + 1, 10)).toBe(1);
      expect((await listReplayJobs(fresh.store, 5)).map(({ id }) => id)).toEqual([waiting]);
    });
  });
}
