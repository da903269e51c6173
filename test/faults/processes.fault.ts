import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import { holdPort, readFirstStart, receiverEnvironment, takeToken } from '../fixtures/receiver-process.ts';
import { openCrm } from './crm.ts';
import { clientCommand, fault, reading, type Scene, type Started } from './fault.ts';
import { onServer, servers } from './servers.ts';
import { callPushes, callTraffic, insist, post, sendAtRate } from './traffic.ts';

const secretKey = 'secret-key-that-all-processes-share-0123';

/** A port that is free now: a process that is started again is to be reached where it was. */
async function freePort(): Promise<string> {
  const { port, release } = await holdPort();
  await release();
  return port;
}

const exitWithin = async (receiver: Started, limitMs: number): Promise<number> => {
  const startedMs = performance.now();
  const code = await Promise.race([receiver.exited, sleep(limitMs).then(() => 'still there')]);
  expect(code).toBe(0);
  return Math.round(performance.now() - startedMs);
};

/** Who holds a destination, as the store says. */
function holderOf(scene: Scene, name: string): Promise<string | null | undefined> {
  return reading(scene.databaseUrl, async ({ knex }) => {
    const row = await knex('destinations')
      .where({ name })
      .first<{ holder: string | null } | undefined>('holder');
    return row?.holder;
  });
}

for (const engine of servers) {
  describe(`many processes on ${engine.title}`, () => {
    fault(
      `18 rolling restart of two processes under load, on ${engine.title}`,
      async (scene) => {
        const ports = [await freePort(), await freePort()];
        const start = (index: number): Started =>
          scene.start({ PORT: ports[index] ?? '', SECRET_KEY: secretKey }, 'kit');
        const processes = [start(0)];
        const firstUrl = await processes[0]?.ready();
        processes.push(start(1));
        const urls = [firstUrl ?? '', (await processes[1]?.ready()) ?? ''];
        const token = await scene.token(urls[0] ?? '');
        let over = false;
        let turn = 0;
        const sending = sendAtRate({
          pushes: callTraffic('roll', scene.random),
          rate: 60,
          ledger: scene.ledger,
          isOver: () => over,
          // As a proxy in front does it: one process after the other, and the other when that one is not there.
          send: (push) => insist((turn += 1) % 2 === 0 ? urls : [...urls].reverse(), token, push),
        });
        const tookMs: number[] = [];
        for (const index of [0, 1, 0, 1]) {
          await sleep(1_500);
          const old = processes[index];
          if (old === undefined) throw new Error('There are two');
          old.child.kill('SIGTERM');
          tookMs.push(await exitWithin(old, 30_000));
          processes[index] = start(index);
          await processes[index].ready();
        }
        over = true;
        await sending;
        await scene.balance();
        expect([...scene.ledger.counts.keys()].sort()).toEqual(['answered 2xx', 'sent']);
        scene.did(
          `4 restarts; every push was taken behind a client that tries again; stops took ${tookMs.join(', ')} ms`,
        );
      },
      onServer(engine),
    );

    for (const size of [2, 5]) {
      fault(
        `19 ${size} processes, some killed and some stopped for longer than the lease, on ${engine.title}`,
        async (scene) => {
          const { random } = scene;
          const crm = await openCrm();
          scene.finally(() => crm.close());
          crm.act = async (request) => {
            await sleep(random.integer(0, 30));
            const landed = request.land();
            await sleep(random.integer(0, 30));
            request.reply(200, landed);
          };
          const leaseMs = 2_000;
          const settings = {
            ...crm.settings,
            ...{
              ADAPTERS: 'sql,reference',
              SECRET_KEY: secretKey,
              FAULT_LEASE_MS: String(leaseMs),
              FAULT_POLL_MS: '200',
            },
          };
          const ports = await Promise.all(Array.from({ length: size }, freePort));
          const start = (index: number): Started => scene.start({ ...settings, PORT: ports[index] ?? '' });
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
            ledger: scene.ledger,
            isOver: () => over,
            send: (push) => post(random.pick(urls), token, push),
          });
          let takeOvers = 0;
          let holder = await holderOf(scene, 'reference');
          for (let round = 0; round < 8; round += 1) {
            await sleep(random.integer(300, 1_000));
            const index = random.integer(0, size - 1);
            const victim = processes[index];
            if (victim === undefined) throw new Error('There is one');
            if (round % 2 === 0) {
              // Its connections stay open and its requests unanswered, as those of a machine that hangs.
              victim.child.kill('SIGSTOP');
              await sleep(leaseMs * 2);
              victim.child.kill('SIGCONT');
            } else {
              victim.child.kill('SIGKILL');
              await victim.exited;
              processes[index] = start(index);
              await processes[index].ready();
            }
            const now = await holderOf(scene, 'reference');
            if (now !== holder) takeOvers += 1;
            holder = now;
          }
          over = true;
          await sending;
          await scene.balance({ crm });
          scene.did(
            `4 stopped for ${leaseMs * 2} ms, 4 killed; ${takeOvers} take-overs; ${crm.regressions.length} states went back for a moment, none in the end`,
          );
        },
        { ...onServer(engine), timeoutMs: 600_000 },
      );
    }

    fault(
      `what one process stores another lands within a second, and a clean stop hands over at once, on ${engine.title}`,
      async (scene) => {
        const crm = await openCrm();
        scene.finally(() => crm.close());
        const settings = { ...crm.settings, ADAPTERS: 'reference', SECRET_KEY: secretKey };
        const url = await scene.start({ ...settings, ROLE: 'receive' }).ready();
        const token = await scene.token(url);
        const deliverers = [
          scene.start({ ...settings, ROLE: 'deliver' }),
          scene.start({ ...settings, ROLE: 'deliver' }),
        ];
        for (const deliverer of deliverers) await deliverer.ready();
        while ((await holderOf(scene, 'reference')) === null) await sleep(50);
        const delaysMs: number[] = [];
        const land = async (name: string): Promise<number> => {
          const [push] = callPushes(name, 1);
          const before = crm.requests.length;
          scene.ledger.record(push, await post(url, token, push));
          const storedMs = performance.now();
          while (crm.requests.length === before) await sleep(2);
          return Math.round((crm.requests.at(-1)?.atMs ?? 0) - storedMs);
        };
        for (let number = 0; number < 15; number += 1) {
          delaysMs.push(await land(`wake-${number}`));
          await sleep(scene.random.integer(0, 700));
        }
        const output = (started: Started): string => started.output();
        const holding = deliverers.find((one) => output(one).includes('delivers at the destination now'));
        holding?.child.kill('SIGTERM');
        await holding?.exited;
        const stoppedMs = performance.now();
        const takeOverMs = (await land('after-stop')) + 0;
        await scene.balance({ crm, withoutReporting: true });
        scene.did(
          `from the answer to the request at the destination: ${Math.min(...delaysMs)} to ${Math.max(...delaysMs)} ms; after the stop of the holder (lease 60 s) ${takeOverMs} ms, ${Math.round(performance.now() - stoppedMs)} ms in all`,
        );
        // Half a second of waiting at most; a busy machine adds to single ones.
        const sorted = delaysMs.sort((a, b) => a - b);
        expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(1_000);
        expect(takeOverMs).toBeLessThan(3_000);
      },
      onServer(engine),
    );

    fault(
      `a process with another secret key does not start beside the others, on ${engine.title}`,
      async (scene) => {
        const url = await scene.start({ ADAPTERS: 'none', SECRET_KEY: secretKey }, 'kit').ready();
        const other = scene.start({ ADAPTERS: 'none', SECRET_KEY: `another-${secretKey}` }, 'kit');
        expect(await other.exited).toBe(1);
        const words =
          other
            .output()
            .split('\n')
            .find((line) => !line.startsWith('{')) ?? '';
        expect(words).toContain('SECRET_KEY is not the one');
        expect((await fetch(`${url}/readyz`)).status).toBe(200);
        scene.did(`exit code 1, "${words}"`);
      },
      onServer(engine),
    );

    fault(
      `a revoked token is refused by every process within a second, on ${engine.title}`,
      async (scene) => {
        const settings = { ADAPTERS: 'none', SECRET_KEY: secretKey };
        const urls = [await scene.start(settings, 'kit').ready()];
        for (let index = 0; index < 2; index += 1) urls.push(await scene.start(settings, 'kit').ready());
        const client = await readFirstStart(scene.folder);
        // A token of any process is good at all of them: they share the store and the key.
        const tokens = await Promise.all(urls.map(async (url) => (await takeToken(url, client)).token));
        const statuses = async (name: string): Promise<unknown[]> => {
          const all = urls.flatMap((url, a) =>
            tokens.map((token, b) => ({ url, token, push: callPushes(`${name}-${a}-${b}`, 1)[0] })),
          );
          return Promise.all(
            all.map(async ({ url, token, push }) => {
              const status = await post(url, token, push);
              scene.ledger.record(push, status);
              return status;
            }),
          );
        };
        expect(new Set(await statuses('good'))).toEqual(new Set([200]));
        const [program = '', ...rest] = clientCommand;
        await promisify(execFile)(program, [...rest, 'revoke', client.clientId], {
          cwd: scene.folder,
          env: receiverEnvironment({ DATABASE_URL: scene.databaseUrl, SECRET_KEY: secretKey }),
        });
        await sleep(1_000);
        expect(new Set(await statuses('revoked'))).toEqual(new Set([401]));
        await scene.balance({ withoutReporting: true });
        scene.did(
          '3 processes, 3 tokens: each good everywhere, and refused everywhere 1 s after the command',
        );
      },
      onServer(engine),
    );
  });
}
