import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { DialectName } from '../../../src/database/database.ts';
import { openCrm, type CrmKind } from '../crms/crm.ts';
import { freePort } from '../../fixtures/free-port.ts';
import { fault } from '../scene/fault.ts';
import { newestHolder, secretKey } from '../scene/many-processes.ts';
import type { Scene, Started } from '../scene/scene.ts';
import { onServer, servers } from '../servers/servers.ts';
import { callTraffic, post, sendAtRate } from '../traffic/traffic.ts';

const leaseMs = 2_000;
const rounds = 8;
const takenOverWithinMs = 30_000;

/** How many processes run, and the destinations: both kinds on two servers. */
const stagings: Readonly<Partial<Record<DialectName, readonly (readonly [number, CrmKind])[]>>> = {
  postgres: [
    [2, 'merges'],
    [5, 'creates'],
  ],
  mysql: [
    [2, 'creates'],
    [5, 'merges'],
  ],
};

/** Kills the process that holds the destination, or suspends it for longer than its lease. The others continue. */
async function disturbHolders(scene: Scene, size: number, kind: CrmKind): Promise<void> {
  const { random } = scene;
  const crm = await openCrm(kind);
  scene.finally(() => crm.close());
  crm.act = async (request) => {
    await sleep(random.integer(0, 30));
    const landed = request.land();
    await sleep(random.integer(0, 30));
    request.reply(200, landed);
  };
  const settings = {
    ...crm.settings,
    ADAPTERS: `sql,${crm.name}`,
    SECRET_KEY: secretKey,
    FAULT_LEASE_MS: String(leaseMs),
    FAULT_POLL_MS: '200',
  };
  const ports = await Promise.all(Array.from({ length: size }, freePort));
  const start = (index: number): Started => scene.start({ ...settings, PORT: String(ports[index]) });
  const processes = [start(0)];
  const urls = [(await processes[0]?.ready()) ?? ''];
  for (let index = 1; index < size; index += 1) {
    processes.push(start(index));
    urls.push((await processes[index]?.ready()) ?? '');
  }
  const token = await scene.token(urls[0] ?? '');
  let over = false;
  const sending = sendAtRate({
    pushes: callTraffic('many', random),
    rate: 40,
    answers: scene.answers,
    isOver: () => over,
    send: (push) => post(random.pick(urls), token, push),
  });

  /** The process that took the destination with a newer fence than this. */
  const takenOver = async (fence: number): Promise<{ index: number; fence: number }> => {
    const endMs = performance.now() + takenOverWithinMs;
    for (;;) {
      const newest = newestHolder(processes, crm.name);
      if (newest !== undefined && newest.fence > fence) return newest;
      if (performance.now() > endMs) throw new Error('No process took the destination over');
      await sleep(20);
    }
  };
  let holder = await takenOver(0);
  const tookMs: number[] = [];
  let stops = 0;
  for (let round = 0; round < rounds; round += 1) {
    await sleep(random.integer(300, 1_000));
    // The lease may have moved since: a busy process can let it expire.
    holder = newestHolder(processes, crm.name) ?? holder;
    const victim = processes[holder.index];
    if (victim === undefined) throw new Error('There is one');
    const struckMs = performance.now();
    if (round % 2 === 0) {
      // Its connections stay open and its requests unanswered, as on a machine that hangs.
      victim.child.kill('SIGSTOP');
      stops += 1;
      const next = await takenOver(holder.fence);
      expect(processes[next.index]).not.toBe(victim);
      tookMs.push(Math.round(performance.now() - struckMs));
      await sleep(Math.max(0, leaseMs * 2 - (performance.now() - struckMs)));
      victim.child.kill('SIGCONT');
      holder = next;
    } else {
      victim.child.kill('SIGKILL');
      await victim.exited;
      processes[holder.index] = start(holder.index);
      await processes[holder.index]?.ready();
      holder = await takenOver(holder.fence);
      tookMs.push(Math.round(performance.now() - struckMs));
    }
  }
  over = true;
  await sending;
  await scene.balance({ at: [crm] });
  scene.did(
    `the delivering process was suspended ${stops} times for at least ${leaseMs * 2} ms, and killed ${rounds - stops} times; ${tookMs.length} take-overs, after ${tookMs.join(', ')} ms (lease ${leaseMs} ms)`,
  );
  scene.did(
    `${crm.lookups} lookups; ${crm.regressions.length} older states were shown for a moment, none at the end`,
  );
  expect(tookMs).toHaveLength(rounds);
}

for (const engine of servers) {
  describe(`19 on ${engine.title}`, () => {
    for (const [size, kind] of stagings[engine.dialect] ?? []) {
      fault(
        `19 ${size} processes whose holder is killed or suspended for longer than its lease, with a destination that ${kind}, on ${engine.title}`,
        (scene) => disturbHolders(scene, size, kind),
        { ...onServer(engine), timeoutMs: 600_000 },
      );
    }
  });
}
