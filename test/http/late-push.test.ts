import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSecretKey } from '../../src/auth/secret-key.ts';
import { runHousekeeping } from '../../src/app/housekeeping.ts';
import { pushesOfCallMax } from '../../src/store/push-group.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { readQuarantine } from '../../src/store/quarantine.ts';
import { readCall } from '../fixtures/fresh-store.ts';
import { pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';
import { silentLog } from '../fixtures/running-worker.ts';

const dayMs = 86_400_000;

/** Removes calls as "npm run trim -- --yes" does. */
async function removeNow({ store, folder }: RunningReceiver, nowMs: number): Promise<void> {
  const secretKey = loadSecretKey(undefined, join(folder, 'secret-key'), false);
  await runHousekeeping(
    {
      ...{ store, secretKey, retentionDays: 30, isConfirmed: true, log: silentLog, clock: () => nowMs },
      onTrimmed: () => undefined,
    },
    new AbortController().signal,
  );
}

describe('a push that comes after its call was removed', () => {
  it('a push of a removed call is answered 200 and kept in the quarantine, and no half call appears', async () => {
    let nowMs = someTimeMs;
    const settings = { RETENTION_DAYS: '30', ADAPTERS: 'none', METRICS_TOKEN: 'a-token-of-the-tests' };
    const receiver = await startRunningReceiver({ settings, clock: () => nowMs });
    try {
      const first = await receiver.push({ callsessionid: 'late', originNumber: '0412345678' });
      expect(first.status).toBe(200);
      nowMs += 31 * dayMs;
      await removeNow(receiver, nowMs);
      const headers = { authorization: `Bearer ${await receiver.takeToken()}` };
      const body = '{"callsessionid": "late", "dialStatus": "ANSWER"}';
      const answer = await receiver.push(body, { headers, path: '/webhooks/jet/call-end' });
      expect(answer.status).toBe(200);
      const answered = (await answer.json()) as { pushId: string };
      expect(answered).toMatchObject({
        status: 'stored',
        callId: 'late',
        stage: 'call_end',
        duplicate: false,
        warnings: [{ code: 'call_removed', received: 'late' }],
      });
      expect(await readCall(receiver.store, 'late')).toBeUndefined();
      expect(await readQuarantine(receiver.store, {}, 10)).toMatchObject([
        { id: answered.pushId, code: 'call_removed', pathStage: 'call_end', body: Buffer.from(body) },
      ]);
      const metrics = await (await fetch(`${receiver.url}/metrics`)).text();
      expect(metrics).toContain('jet_pushes_total{stage="call_end",result="set_aside"} 1');
    } finally {
      await receiver.close();
    }
  });
});

describe('a push of a full call', () => {
  it('a push of a full call is answered 200 and kept in the quarantine, and a repeat counts as a duplicate', async () => {
    const receiver = await startRunningReceiver({ settings: { ADAPTERS: 'none' } });
    try {
      const bodies = Array.from({ length: pushesOfCallMax }, (_none, index) => ({
        ...{ callsessionid: 'endless', odd: index },
      }));
      const { store } = receiver;
      await storePushes(
        store,
        bodies.map((body) => pushOf(body)),
        [],
        someTimeMs,
      );
      const before = await readCall(store, 'endless');
      const answer = await receiver.push({ callsessionid: 'endless', odd: 'more' });
      expect(answer.status).toBe(200);
      const answered = (await answer.json()) as { pushId: string };
      expect(answered).toMatchObject({
        ...{ status: 'stored', callId: 'endless', duplicate: false },
        warnings: [{ code: 'call_full', received: 'endless' }],
      });
      expect(await readQuarantine(store, {}, 10)).toMatchObject([{ id: answered.pushId, code: 'call_full' }]);
      expect(await readCall(store, 'endless')).toEqual(before);
      expect(await (await receiver.push(bodies[0])).json()).toMatchObject({ duplicate: true, warnings: [] });
      expect(await (await receiver.push({ callsessionid: 'another' })).json()).toMatchObject({
        warnings: [],
      });
    } finally {
      await receiver.close();
    }
  });

  it('a push of a full call is also recognised within one group of pushes', async () => {
    const receiver = await startRunningReceiver({ settings: { ADAPTERS: 'none' } });
    try {
      const pushes = Array.from({ length: pushesOfCallMax + 2 }, (_none, odd) =>
        pushOf({ callsessionid: 'endless', odd }),
      );
      const answers = await storePushes(receiver.store, pushes, [], someTimeMs);
      expect(answers.filter(({ setAside }) => setAside === 'call_full')).toHaveLength(2);
    } finally {
      await receiver.close();
    }
  });
});
