import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { describeSelf } from '../../../src/delivery/holder.ts';
import { fault } from '../scene/fault.ts';
import { reading, readReporting } from '../scene/outside.ts';
import { callPushes, callTraffic, insist, post, sendAtRate } from '../traffic/traffic.ts';

const kills = 3;

/** When the present lease on the reporting table ends, and its fence. */
function leaseOf(url: string): Promise<{ untilMs: number; fence: number }> {
  return reading(url, async ({ knex }) => {
    const row = await knex('destinations')
      .where({ name: 'sql' })
      .first<{ lease_until: number; fence: number }>('lease_until', 'fence');
    return { untilMs: row.lease_until, fence: row.fence };
  });
}

describe('2 kill -9 and a restart on the same machine', () => {
  fault(
    '2 kill -9 while delivering: after a restart, calls land before the lease of the killed process ends',
    async (scene) => {
      const pushes = callTraffic('k', scene.random);
      let token = '';
      for (let kill = 0; kill < kills; kill += 1) {
        const killed = scene.start({ ADAPTERS: 'sql' }, 'kit');
        const url = await killed.ready();
        token ||= await scene.token(url);
        let over = false;
        const { answers } = scene;
        const send = (push: Parameters<typeof post>[2]) => post(url, token, push);
        const sending = sendAtRate({ pushes, rate: 40, answers, isOver: () => over, send });
        const before = (await readReporting(scene.reportingUrl)).length;
        while ((await readReporting(scene.reportingUrl)).length <= before) await sleep(20);
        await sleep(scene.random.integer(0, 400));
        killed.child.kill('SIGKILL');
        over = true;
        await sending;
        await killed.exited;
        const lease = await leaseOf(scene.databaseUrl);

        const restarted = scene.start({ ADAPTERS: 'sql' }, 'kit');
        const again = await restarted.ready();
        const readyMs = performance.now();
        const callId = `after-kill-${kill}`;
        for (const push of callPushes(callId, 60)) answers.record(push, await insist([again], token, push));
        const hasLanded = async (): Promise<boolean> =>
          (await readReporting(scene.reportingUrl)).some((landed) => landed.callId === callId);
        while (!(await hasLanded())) await sleep(20);
        const leftMs = lease.untilMs - Date.now();
        scene.did(
          `landed ${Math.round(performance.now() - readyMs)} ms after the restart was ready, ${Math.round(leftMs / 1000)} s before the lease of the killed process would have ended`,
        );
        expect(leftMs).toBeGreaterThan(0);
        expect((await leaseOf(scene.databaseUrl)).fence).toBeGreaterThan(lease.fence);
        restarted.child.kill('SIGTERM');
        await restarted.exited;
      }
      await scene.start({ ADAPTERS: 'sql' }, 'kit').ready();
      await scene.balance();
    },
    { cannot: describeSelf() === undefined && 'the system has no /proc' },
  );
});
