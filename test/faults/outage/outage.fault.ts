import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { landAll } from '../crms/crm.ts';
import { fault } from '../scene/fault.ts';
import { quantile } from '../traffic/quantile.ts';
import { callTraffic, post, sendAtRate } from '../traffic/traffic.ts';
import { withCrm } from '../crms/with-crm.ts';

const scale = 1_440;
const dayMs = 86_400_000 / scale;

async function paused(url: string): Promise<string[]> {
  const readiness = (await (await fetch(`${url}/readyz`)).json()) as { paused: { destination: string }[] };
  return readiness.paused.map(({ destination }) => destination);
}

describe('11 an outage of a day', () => {
  fault(
    '11 a day of answers with 500, on a clock that runs 1,440 times as fast',
    async (scene) => {
      const { crm, url } = await withCrm(scene, {
        ...{ FAULT_CLOCK_SCALE: String(scale), FAULT_LEASE_MS: String(60_000 * scale), FAULT_POLL_MS: '20' },
      });
      crm.act = (request) => request.reply(500, { error: 'down' });
      const startedMs = performance.now();
      const newestPush = new Map<string, number>();
      await sendAtRate({
        pushes: callTraffic('day', scene.random),
        rate: 20,
        answers: scene.answers,
        isOver: () => performance.now() - startedMs > dayMs,
        async send(push) {
          const status = await post(url, undefined, push);
          newestPush.set(crm.keyOf(push.callId), performance.now());
          return status;
        },
      });
      const probes = [...crm.requests];
      expect(crm.records.length).toBe(0);
      // Between two pauses there is a probe, which takes a moment.
      while (!(await paused(url)).includes('reference')) await sleep(5);

      // A pause doubles from 1 s to 5 min and lasts at least half of that. One delivery ends it, so there is no burst.
      expect(probes.slice(1).map(({ records }) => records)).toEqual(probes.slice(1).map(() => 1));
      const gapsS = probes
        .slice(1)
        .map(({ atMs }, index) => ((atMs - (probes[index]?.atMs ?? 0)) * scale) / 1000);
      const early = gapsS.filter((gapS, index) => gapS + 3 < Math.min(300, 2 ** index) / 2);
      expect(early, 'probes before their time').toEqual([]);
      // Most pauses last 150 to 300 s, and the first few are shorter. More than a handful would mean several probes at
      // once.
      expect(probes.length).toBeLessThan(86_400 / 150 + 12);
      expect(probes.length).toBeGreaterThan(24);
      const laterS = gapsS.slice(12);
      const [shortS, longS] = [quantile(laterS, 0.1), quantile(laterS, 0.9)];

      crm.act = landAll;
      await scene.balance({ at: [crm] });
      expect(await paused(url)).toEqual([]);
      // The longest due came first. Up to two deliveries came alone before it: the probe that ended the pause, and the
      // delivery that the outage began with.
      // Deliveries that became due within the same second can be in any order.
      const after = crm.requests.slice(probes.length);
      const alone = after.findIndex(({ records }) => records > 1);
      const order = crm.records.slice(alone).map(({ key }) => newestPush.get(key) ?? NaN);
      const latest = order.map((_, index) => Math.max(...order.slice(0, index + 1)));
      const backMs = Math.max(...order.map((atMs, index) => (latest[index] ?? NaN) - atMs));
      scene.did(
        `${probes.length} probes of one delivery in the day, none too early; eight of ten pauses took ${Math.round(shortS)} to ${Math.round(longS)} s on that clock (1 to ${(longS / shortS).toFixed(2)})`,
      );
      scene.did(
        `after the outage ${after.length} requests landed ${crm.records.length} calls, the longest due first (out of order by ${Math.round(backMs)} ms at most)`,
      );
      expect(alone).toBeLessThanOrEqual(2);
      expect(backMs).toBeLessThan(1_000);
      // Half of each pause is random. Without that, eight of ten would be almost equal.
      expect(longS / shortS).toBeGreaterThan(1.5);
    },
    { timeoutMs: 600_000 },
  );
});
