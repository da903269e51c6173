import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { landAll, openCrm } from './crm.ts';
import { fault, type Scene } from './fault.ts';
import { callPushes, post, sendAll } from './traffic.ts';

async function withCrm(scene: Scene, settings: Readonly<Record<string, string>> = {}) {
  const crm = await openCrm();
  scene.finally(() => crm.close());
  const all = { ...crm.settings, ADAPTERS: 'sql,reference', ...settings };
  const receiver = scene.start(all);
  const url = await receiver.ready();
  return { crm, receiver, settings: all, url, token: await scene.token(url) };
}

async function sendCalls(scene: Scene, names: readonly string[], url: string, token?: string): Promise<void> {
  const pushes = names.flatMap((name, index) => callPushes(name, index + 1));
  await sendAll(pushes, 10, scene.ledger, (push) => post(url, token, push));
}

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

describe('14 poison', () => {
  fault('14 a call on which the adapter throws does not hold up its neighbours', async (scene) => {
    const { crm, url, token } = await withCrm(scene);
    const names = [...numbered('before', 5), 'throws', ...numbered('after', 5)];
    await sendCalls(scene, names, url, token);
    await scene.balance({ crm, except: (callId) => callId === 'throws' });
    const store = openDatabase(`sqlite:${scene.folder}/data/jet.sqlite`, 'read');
    const row: unknown = await store
      .knex('deliveries')
      .where({ destination: 'reference', call_id: 'throws' })
      .first('state', 'code', 'reason');
    await store.close();
    expect(row).toMatchObject({
      state: 'due',
      code: 'adapter_error',
      reason: 'The adapter threw: TypeError.',
    });
    scene.did(`11 calls, one of which makes the adapter throw: it stays due, ${JSON.stringify(row)}`);
  });

  fault(
    '14 a call that ends the process is set aside after three ends, and its neighbours land',
    async (scene) => {
      const first = await withCrm(scene, { FAULT_LEASE_MS: '1000' });
      const { crm, settings } = first;
      // Held back, so that all come in one batch.
      crm.act = (request) => request.reply(503, {});
      const names = [...numbered('before', 5), 'ends-process', ...numbered('after', 5)];
      await sendCalls(scene, names, first.url, first.token);
      crm.act = landAll;
      const store = openDatabase(`sqlite:${scene.folder}/data/jet.sqlite`, 'read');
      const find = () =>
        store
          .knex('deliveries')
          .where({ destination: 'reference', call_id: 'ends-process' })
          .first<{ state: string; code: string }>('state', 'code');
      let ends = 0;
      let { child } = first.receiver;
      while ((await find()).state === 'due') {
        await sleep(50);
        if (child.exitCode === null && child.signalCode === null) continue;
        // The next one starts, as whatever supervises the process would do it.
        ends += 1;
        expect(ends).toBeLessThan(5);
        const next = scene.start(settings);
        await next.ready();
        child = next.child;
      }
      const row = await find();
      await store.close();
      await scene.balance({ crm, except: (callId) => callId === 'ends-process' });
      expect(row).toEqual({ state: 'rejected', code: 'ended_process' });
      expect(crm.landed(['ends-process'])).toEqual([]);
      scene.did(
        `the process ended ${ends} times; ${crm.writes.size} of 11 calls landed; ${JSON.stringify(row)}`,
      );
      expect(ends).toBe(3);
    },
  );
});

describe('17 order per call under retry', () => {
  fault(
    '17 no state of a call is tried while another is under way or newer, and other calls go on',
    async (scene) => {
      const { crm, url, token } = await withCrm(scene);
      const refusals = new Map<string, number>();
      const underWay = new Set<string>();
      const overlaps: string[] = [];
      const chosen = new Map<string, boolean>();
      // Of every third call the API says nothing, twice: it was not written, and is to come again.
      crm.act = async (request) => {
        const silent = new Set<string>();
        for (const { key } of request.records) {
          if (underWay.has(key)) overlaps.push(key);
          underWay.add(key);
          if (!chosen.has(key)) chosen.set(key, scene.random.chance(1 / 3));
          const times = refusals.get(key) ?? 0;
          if (chosen.get(key) === true && times < 2) {
            refusals.set(key, times + 1);
            silent.add(key);
          }
        }
        await sleep(20);
        const answer = request.land((key) => !silent.has(key));
        for (const { key } of request.records) underWay.delete(key);
        request.reply(200, answer);
      };
      await sendCalls(scene, numbered('order', 60), url, token);
      await scene.balance({ crm });
      expect(overlaps).toEqual([]);
      expect(crm.regressions).toEqual([]);
      expect(refusals.size).toBeGreaterThan(0);
      scene.did(
        `60 calls of 3 pushes each; ${refusals.size} got no answer twice; none was tried twice at once, no state went back`,
      );
    },
  );
});
