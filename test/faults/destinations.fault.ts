import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { landAll, openCrm, type Act, type Crm } from './crm.ts';
import { fault, type Scene } from './fault.ts';
import { callPushes, callTraffic, post, sendAll, sendAtRate } from './traffic.ts';

/** A receiver whose calls go to a CRM that misbehaves, beside the reporting table. */
async function withCrm(
  scene: Scene,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ crm: Crm; url: string; token: string }> {
  const crm = await openCrm();
  scene.finally(() => crm.close());
  const receiver = scene.start({ ...crm.settings, ADAPTERS: 'sql,reference', ...settings });
  const url = await receiver.ready();
  return { crm, url, token: await scene.token(url) };
}

async function sendCalls(
  scene: Scene,
  name: string,
  calls: number,
  url: string,
  token?: string,
): Promise<void> {
  const pushes = Array.from({ length: calls }, (_, call) => callPushes(`${name}-${call}`, call + 1)).flat();
  await sendAll(pushes, 20, scene.ledger, (push) => post(url, token, push));
}

const misbehaviours: readonly (readonly [string, Act])[] = [
  [
    'takes 4 s',
    async (request) => {
      await sleep(4_000);
      request.reply(200, request.land());
    },
  ],
  ['never answers', () => undefined],
  ['writes and never answers', (request) => void request.land()],
  [
    'writes and resets the connection in mid-answer',
    (request) => {
      request.land();
      request.response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      request.response.write('{"results":[');
      setTimeout(() => request.incoming.socket.resetAndDestroy(), 10);
    },
  ],
  [
    'writes and answers garbage',
    (request) => {
      request.land();
      request.reply(200, '<html>It works!</html>');
    },
  ],
  ['says 200 with an error in the body', (request) => request.reply(200, { results: [], error: 'internal' })],
  ['says 500', (request) => request.reply(500, { error: 'x' })],
];

describe('10 slow, hanging, resetting and lying destinations', () => {
  fault(
    '10 slow, hanging, resetting and lying destinations',
    async (scene) => {
      // A deadline of 2 s a batch.
      const { crm, url, token } = await withCrm(scene, { FAULT_LEASE_MS: '4000' });
      for (const [what, act] of misbehaviours) {
        const requestsBefore = crm.requests.length;
        crm.act = act;
        await sendCalls(scene, what.replaceAll(' ', '-'), 10, url, token);
        while (crm.requests.length === requestsBefore) await sleep(20);
        await sleep(2_500);
        crm.act = landAll;
        await scene.balance({ crm });
        scene.did(`it ${what}: ${crm.requests.length - requestsBefore} requests until all had landed`);
      }
    },
    { timeoutMs: 600_000 },
  );
});

describe('11 a day away', () => {
  fault(
    '11 a day of 500s, on a clock that runs 1,440 times as fast',
    async (scene) => {
      const scale = 1_440;
      const { crm, url } = await withCrm(scene, {
        ...{ FAULT_CLOCK_SCALE: String(scale), FAULT_LEASE_MS: String(60_000 * scale), FAULT_POLL_MS: '20' },
      });
      crm.act = (request) => request.reply(500, { error: 'down' });
      const startedMs = performance.now();
      const dayMs = 86_400_000 / scale;
      const pushes = callTraffic('day', scene.random);
      await sendAtRate({
        pushes,
        rate: 20,
        ledger: scene.ledger,
        isOver: () => performance.now() - startedMs > dayMs,
        send: (push) => post(url, undefined, push),
      });
      const probes = [...crm.requests];
      expect(crm.writes.size).toBe(0);
      // Pauses double from 1 s to 5 min, half of that at least: no more than one probe in 150 s, and a few at first.
      expect(probes.length).toBeLessThan(86_400 / 150 + 12);
      expect(probes.length).toBeGreaterThan(24);
      const later = probes.slice(15).map(({ atMs }, index, all) => atMs - (all[index - 1]?.atMs ?? atMs));
      const gapsMs = later.filter((gap) => gap > 0).map((gap) => gap * scale);
      crm.act = landAll;
      const firstKeys = [...crm.writes.keys()].length;
      await scene.balance({ crm });
      scene.did(
        `${probes.length} probes in the day, the last ones ${Math.round(Math.min(...gapsMs) / 1000)} to ${Math.round(Math.max(...gapsMs) / 1000)} s apart (on its clock); after it ${crm.requests.length - probes.length} requests landed ${crm.writes.size - firstKeys} calls`,
      );
      expect(Math.max(...gapsMs) / Math.min(...gapsMs)).toBeGreaterThan(1.2);
    },
    { timeoutMs: 600_000 },
  );
});

describe('13 one dead destination beside a live one', () => {
  fault(
    '13 one dead destination beside a live one, at 50 pushes a second',
    async (scene) => {
      const { crm, url, token } = await withCrm(scene, { FAULT_LEASE_MS: '10000' });
      crm.act = () => undefined;
      const pushes = callTraffic('dead', scene.random);
      const startedMs = performance.now();
      await sendAtRate({
        pushes,
        rate: 50,
        ledger: scene.ledger,
        isOver: () => performance.now() - startedMs > 10_000,
        send: (push) => post(url, token, push),
      });
      const overMs = performance.now();
      await scene.balance({ withinMs: 20_000 });
      scene.did(
        `the reporting table was up to date ${Math.round(performance.now() - overMs)} ms after the last push`,
      );
      expect(crm.writes.size).toBe(0);
      crm.act = landAll;
      await scene.balance({ crm, withinMs: 90_000 });
    },
    { timeoutMs: 600_000 },
  );
});

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
        await sendCalls(scene, `retry-after-${String(value).replaceAll(/\W/g, '')}`, 1, url);
        await scene.balance({ crm });
        // Answered once with the header; then as the test is looking, again and again.
        crm.act = (request) => request.reply(429, {}, value === undefined ? {} : { 'retry-after': value });
        await sendCalls(scene, `again-${String(value).replaceAll(/\W/g, '')}`, 1, url);
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
