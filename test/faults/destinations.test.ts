import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { landAll, openCrm, type Crm } from './crm.ts';
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

/** How long the destination rests after an answer with this header, until it is asked again. */
async function restMs(crm: Crm, header: string | undefined): Promise<number> {
  const before = crm.requests.length;
  while (crm.requests.length === before) await sleep(5);
  crm.act = (request) => request.reply(429, {}, header === undefined ? {} : { 'retry-after': header });
  const refused = crm.requests.length;
  while (crm.requests.length === refused) await sleep(5);
  const [first, second] = crm.requests.slice(refused - 1);
  return (second?.atMs ?? 0) - (first?.atMs ?? 0);
}

describe('12 odd Retry-After values', () => {
  fault(
    '12 odd Retry-After values',
    async (scene) => {
      const scale = 600;
      const { crm, url } = await withCrm(scene, {
        ...{ FAULT_CLOCK_SCALE: String(scale), FAULT_LEASE_MS: String(60_000 * scale), FAULT_POLL_MS: '10' },
      });
      const hourMs = 3_600_000 / scale;
      const values = [
        '120',
        '-5',
        '0',
        'soon',
        undefined,
        '1e9',
        '99999999999999999999',
        'Wed, 21 Oct 2099 07:28:00 GMT',
      ];
      for (const value of values) {
        crm.act = landAll;
        await sendCalls(scene, numbered(`retry-after-${String(value).replaceAll(/\W/g, '')}`, 1), url);
        await scene.balance({ crm });
        // Answered once with the header; then as the test is looking, again and again.
        crm.act = (request) => request.reply(429, {}, value === undefined ? {} : { 'retry-after': value });
        await sendCalls(scene, numbered(`again-${String(value).replaceAll(/\W/g, '')}`, 1), url);
        const waitedMs = await Promise.race([restMs(crm, value), sleep(hourMs * 1.5).then(() => Infinity)]);
        crm.act = landAll;
        await scene.balance({ crm });
        scene.did(
          `Retry-After ${String(value)}: left alone for ${Math.round((waitedMs * scale) / 1000)} s of its clock`,
        );
        // An hour is the most; what is no number is no hint.
        expect(waitedMs).toBeLessThan(hourMs * 1.4);
        if (value === '120') expect(waitedMs * scale).toBeGreaterThanOrEqual(119_000);
        if (value === '1e9') expect(waitedMs).toBeGreaterThan(hourMs * 0.95);
      }
    },
    { timeoutMs: 300_000 },
  );
});

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
      let ends = 0;
      for (let receiver: Pick<typeof first.receiver, 'exited'> = first.receiver; ; ends += 1) {
        const balanced = scene.balance({
          crm,
          withinMs: 60_000,
          except: (callId) => callId === 'ends-process',
        });
        const ended = await Promise.race([receiver.exited.then(() => true), balanced.then(() => false)]);
        // The next one starts, as whatever supervises the process would do it.
        if (!ended) break;
        balanced.catch(() => undefined);
        expect(ends).toBeLessThan(4);
        const next = scene.start(settings);
        await next.ready();
        receiver = next;
      }
      const store = openDatabase(`sqlite:${scene.folder}/data/jet.sqlite`, 'read');
      const find = () =>
        store
          .knex('deliveries')
          .where({ destination: 'reference', call_id: 'ends-process' })
          .first<{ state: string; code: string }>('state', 'code');
      while ((await find()).state === 'due') await sleep(100);
      const row = await find();
      await store.close();
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
