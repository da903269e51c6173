import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.ts';
import { landAll } from '../crms/crm.ts';
import { fault } from '../scene/fault.ts';
import { numbered, sendCalls, withCrm } from '../crms/with-crm.ts';

describe('14 poison', () => {
  fault('14 a call that makes the adapter throw does not delay the others', async (scene) => {
    const { crm, url, token } = await withCrm(scene);
    const names = [...numbered('before', 5), 'throws', ...numbered('after', 5)];
    await sendCalls(scene, names, url, token);
    await scene.balance({ at: [crm], except: (callId) => callId === 'throws' });
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
    '14 a call that ends the process is set aside after three ends, and the others land',
    async (scene) => {
      const first = await withCrm(scene, { FAULT_LEASE_MS: '1000' });
      const { crm, settings } = first;
      // Delayed, so that all come in one batch.
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
        // Starts the next process, as a supervisor would.
        ends += 1;
        expect(ends).toBeLessThan(5);
        const next = scene.start(settings);
        await next.ready();
        child = next.child;
      }
      const row = await find();
      await store.close();
      await scene.balance({ at: [crm], except: (callId) => callId === 'ends-process' });
      expect(row).toEqual({ state: 'rejected', code: 'ended_process' });
      expect(crm.records.filter(({ key }) => key === crm.keyOf('ends-process'))).toEqual([]);
      scene.did(
        `the process ended ${ends} times; ${crm.records.length} of 11 calls landed; ${JSON.stringify(row)}`,
      );
      expect(ends).toBe(3);
    },
  );
});

describe('17 order per call under retry', () => {
  fault(
    '17 a state of a call is never tried during another attempt or after a newer state, and other calls continue',
    async (scene) => {
      const { crm, url, token } = await withCrm(scene);
      const names = numbered('order', 60);
      const keys = names.map((name) => crm.keyOf(name));
      const refused = new Set(scene.random.shuffled(keys).slice(0, 20));
      const others = keys.filter((key) => !refused.has(key));
      const refusals = new Map<string, number>();
      const underWay = new Set<string>();
      const overlaps: string[] = [];
      const hasLanded = (key: string): boolean => crm.records.some((record) => record.key === key);
      // The API does not answer for every third call, at least twice and until all the others have landed.
      crm.act = async (request) => {
        const silent = new Set<string>();
        const othersThere = others.every(hasLanded);
        for (const { key } of request.records) {
          if (underWay.has(key)) overlaps.push(key);
          underWay.add(key);
          if (!refused.has(key)) continue;
          const times = refusals.get(key) ?? 0;
          if (times >= 2 && othersThere) continue;
          refusals.set(key, times + 1);
          silent.add(key);
        }
        await sleep(20);
        const answer = request.land((key) => !silent.has(key));
        for (const { key } of request.records) underWay.delete(key);
        request.reply(200, answer);
      };
      await sendCalls(scene, names, url, token);
      await scene.balance({ at: [crm] });
      expect(overlaps).toEqual([]);
      expect(crm.regressions).toEqual([]);
      expect(refusals.size).toBe(20);
      // Records are created in the order of landing.
      const order = crm.records.map(({ key }) => refused.has(key));
      expect(order.lastIndexOf(false)).toBeLessThan(order.indexOf(true));
      scene.did(
        `60 calls of 3 pushes each; 20 got no answer ${Math.min(...refusals.values())} to ${Math.max(...refusals.values())} times and landed after all the others; no call was tried twice at the same time, and no older state replaced a newer one`,
      );
    },
  );
});
