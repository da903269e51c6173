import { describe, expect, it } from 'vitest';
import { readQuarantine } from '../../src/store/quarantine.ts';
import { readCall } from '../fixtures/fresh-store.ts';
import { someTimeMs } from '../fixtures/pushes.ts';
import { startRunningReceiver } from '../fixtures/running-receiver.ts';

const dayMs = 86_400_000;

describe('a push that comes after its call was removed', { timeout: 60_000 }, () => {
  it('is answered 200, is kept in the quarantine, and makes no half call', async () => {
    let nowMs = someTimeMs;
    const settings = { RETENTION_DAYS: '30', ADAPTERS: 'none', METRICS_TOKEN: 'a-token-of-the-tests' };
    const receiver = await startRunningReceiver({ settings, clock: () => nowMs });
    try {
      const first = await receiver.push({ callsessionid: 'late', originNumber: '0412345678' });
      expect(first.status).toBe(200);
      nowMs += 31 * dayMs;
      while ((await readCall(receiver.store, 'late')) !== undefined)
        await new Promise((resolve) => setTimeout(resolve, 50));
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
      expect(metrics).toContain('jet_trimmed_total{kind="calls"} 1');
    } finally {
      await receiver.close();
    }
  });
});
