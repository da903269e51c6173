import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import type { Destination } from '../../src/store/deliveries.ts';
import { makeReplayJob, readReplayJob, type ReplayJob } from '../../src/store/lookup/replay/replay-jobs.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { openExistingStore, type Store } from '../../src/store/store.ts';
import { inboundBodies, pushOf } from '../fixtures/pushes.ts';
import { inFolder } from '../fixtures/receiver-process.ts';

const calls = 2_000;
const sql: Destination = { name: 'sql', stages: ['call_end'], settleAfterMs: 0 };

async function storeRejected(store: Store): Promise<void> {
  const nowMs = Date.now() - 1000;
  for (let at = 0; at < calls; at += 250) {
    const pushes = Array.from({ length: 250 }, (_none, index) =>
      pushOf(inboundBodies(`c-${at + index}`).end, nowMs),
    );
    await storePushes(store, pushes, [sql], nowMs);
  }
  await store.writer
    .knex('deliveries')
    .update({ state: 'rejected', due_at: null, due_since: null, code: 'x', attempted_at: nowMs });
}

async function readJob(store: Store, id: string): Promise<ReplayJob> {
  const job = await readReplayJob(store, id);
  if (job === undefined) throw new Error('There is no job');
  return job;
}

describe('a replay in a receiver', () => {
  it('a replay in a receiver continues after kill -9, and makes each delivery due exactly once', async () => {
    await inFolder(async (start, folder) => {
      const settings = { ROLE: 'receive', CONSOLE_PORT: '0' };
      const first = start(settings);
      await first.ready();
      const store = await openExistingStore(`sqlite:${join(folder, 'data/jet.sqlite')}`, storeMigrations);
      try {
        await storeRejected(store);
        const asked = {
          filter: { state: 'rejected' },
          destinations: ['sql'],
          reason: '',
          who: 'operator',
        } as const;
        const id = await makeReplayJob(store, asked, Date.now());
        while ((await readJob(store, id)).madeDue < 400) await sleep(5);
        first.child.kill('SIGKILL');
        await first.exited;
        const left = await readJob(store, id);
        expect(left).toMatchObject({ state: 'running', total: calls });
        expect(left.madeDue).toBeLessThan(calls);
        const second = start(settings);
        await second.ready();
        while ((await readJob(store, id)).finishedAtMs === undefined) await sleep(20);
        expect(await readJob(store, id)).toMatchObject({
          ...{ state: 'done', lookedAt: calls, madeDue: calls, counts: { sql: { none: calls } } },
        });
        const due = await store.reader.knex('deliveries').where({ state: 'due' }).pluck<string[]>('call_id');
        expect(due).toHaveLength(calls);
      } finally {
        await store.close();
      }
    });
  }, 240_000);
});
