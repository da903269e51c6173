import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { openCrm } from '../crms/crm.ts';
import { fault } from '../scene/fault.ts';
import type { Destination } from '../traffic/answered-pushes.ts';
import { openHubspot, openSalesforce } from '../crms/real-crm.ts';
import type { Scene } from '../scene/scene.ts';
import { callTraffic, post, sendAtRate } from '../traffic/traffic.ts';

const leaseFreeMaxMs = 60_000;

interface Killed {
  readonly scene: Scene;
  readonly destination: Destination;
  readonly settings: Readonly<Record<string, string>>;
  readonly kills: number;
  readonly leaseMs: number;
  /** Pushes a second. */
  readonly rate: number;
  /** The number of write requests so far. */
  readonly writes: () => number;
  /** Runs before each start. */
  readonly prepare?: () => void;
}

/** Kills the process repeatedly during its writes, and checks the destination at the end. */
async function killWhileDelivering({ scene, destination, leaseMs, ...killed }: Killed): Promise<void> {
  const { random, answers } = scene;
  const settings = {
    ...killed.settings,
    ADAPTERS: `sql,${destination.name}`,
    FAULT_LEASE_MS: String(leaseMs),
  };
  const pushes = callTraffic('d', random);
  let token = '';
  let longestMs = 0;
  for (let kill = 0; kill < killed.kills; kill += 1) {
    killed.prepare?.();
    const receiver = scene.start(settings);
    const url = await receiver.ready();
    const readyMs = performance.now();
    token ||= await scene.token(url);
    const before = killed.writes();
    let over = false;
    const send = (push: Parameters<typeof post>[2]) => post(url, token, push);
    const sending = sendAtRate({ pushes, rate: killed.rate, answers, isOver: () => over, send });
    // The killed process has certainly ended, so the next one takes its lease early.
    while (killed.writes() === before) await sleep(10);
    longestMs = Math.max(longestMs, performance.now() - readyMs);
    await sleep(random.integer(0, 400));
    receiver.child.kill('SIGKILL');
    over = true;
    await sending;
    await receiver.exited;
  }
  await scene.start(settings).ready();
  await scene.balance({ at: [destination], withinMs: 120_000 });
  scene.did(
    `killed ${killed.kills} times during writes; the next process wrote within ${Math.round(longestMs)} ms (lease ${leaseMs} ms)`,
  );
  expect(longestMs).toBeLessThan(leaseFreeMaxMs);
}

describe('2 kill -9 while delivering', () => {
  for (const kind of ['merges', 'creates'] as const) {
    fault(
      `2 kill -9 while delivering to a destination that ${kind}`,
      async (scene) => {
        const crm = await openCrm(kind);
        scene.finally(() => crm.close());
        // Each request takes some time, so that most kills happen during one: before, in or after its write.
        crm.act = async (request) => {
          await sleep(scene.random.integer(0, 60));
          const landed = request.land();
          await sleep(scene.random.integer(0, 60));
          request.reply(200, landed);
        };
        const { settings } = crm;
        const writes = (): number => crm.requests.length;
        await killWhileDelivering({
          ...{ scene, destination: crm, settings, writes, kills: 12, rate: 60, leaseMs: 1_500 },
        });
        const states = crm.records.reduce((sum, { states }) => sum + states.length, 0);
        scene.did(
          `${crm.requests.length} requests wrote ${crm.records.length} records ${states} times, after ${crm.lookups} lookups`,
        );
        if (kind === 'creates') expect(crm.lookups).toBeGreaterThan(0);
      },
      { timeoutMs: 600_000 },
    );
  }

  const real = {
    'Salesforce, with its key field': () => openSalesforce(true),
    'Salesforce, without its key field': () => openSalesforce(false),
    'HubSpot, with a unique key': () => openHubspot(true),
    'HubSpot, without a unique key': () => openHubspot(false),
  };
  for (const [title, open] of Object.entries(real)) {
    fault(
      `2 kill -9 while delivering to ${title}`,
      async (scene) => {
        const crm = await open();
        scene.finally(() => crm.close());
        const hindrances: string[] = [];
        await killWhileDelivering({
          ...{ scene, destination: crm, settings: crm.settings, writes: () => crm.writes() },
          // The vendors' libraries take a second to load, and a batch has less than half of the lease.
          ...{ kills: 6, rate: 12, leaseMs: 6_000 },
          prepare: () => hindrances.push(crm.hinder(scene.random)),
        });
        scene.did(`the writes that the kills interrupted: ${hindrances.join(', ')}`);
      },
      { timeoutMs: 600_000 },
    );
  }
});
