import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { builtCommand } from '../fixtures/built-command.ts';
import { startLoad } from '../fixtures/push-load.ts';
import { inFolder, readFirstStart, takeToken, type ReceiverProcess } from '../fixtures/receiver-process.ts';

/** Runs a command as an operator does, next to the processes that run in the folder. */
function run(folder: string, command: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const [program, file] = builtCommand(command);
  const options = { cwd: folder, env: { PATH: process.env['PATH'] } };
  return new Promise((resolve) => {
    const child = execFile(program, [file, ...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    );
  });
}

async function stop(receiver: ReceiverProcess): Promise<void> {
  receiver.child.kill('SIGTERM');
  expect(await receiver.exited).toBe(0);
}

interface Row {
  call_id: string;
  revision: number;
  stage: string;
  dial_status: string | null;
}

/** A call's row in the reporting table, once it has the expected values. */
async function rowWhen(folder: string, callId: string, isRight: (row: Row) => boolean): Promise<Row> {
  const database = openDatabase(`sqlite:${join(folder, 'data/reporting.sqlite')}`, 'read');
  try {
    for (;;) {
      const row = await database
        .knex('jet_calls')
        .where({ call_id: callId })
        .first<Row | undefined>('call_id', 'revision', 'stage', 'dial_status')
        .catch(() => undefined);
      if (row !== undefined && isRight(row)) return row;
      await sleep(50);
    }
  } finally {
    await database.close();
  }
}

async function readStore<Result>(
  folder: string,
  read: (database: ReturnType<typeof openDatabase>) => Promise<Result>,
): Promise<Result> {
  const database = openDatabase(`sqlite:${join(folder, 'data/jet.sqlite')}`, 'read');
  try {
    return await read(database);
  } finally {
    await database.close();
  }
}

async function push(url: string, token: string, path: string, body: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${url}/webhooks/jet/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

describe('a backup of a running receiver', () => {
  it('a backup of a running receiver holds every push that was answered before it began, and its clients work', () =>
    inFolder(async (start, folder) => {
      const receiver = start({ ADAPTERS: 'none' });
      const url = await receiver.ready();
      const credentials = await readFirstStart(folder);
      const { token } = await takeToken(url, credentials);
      const load = startLoad(url, token, 'load', 8);
      await load.reaches(50);
      const before = await readStore(folder, ({ knex }) => knex('calls').pluck<string[]>('id'));
      const backup = await run(folder, 'backup', join(folder, 'copy.sqlite'));
      expect(backup).toMatchObject({ code: 0 });
      expect((await load.end()).refused).toEqual([]);
      await stop(receiver);

      const elsewhere = join(folder, 'elsewhere');
      mkdirSync(elsewhere);
      cpSync(join(folder, 'copy.sqlite'), join(elsewhere, 'copy.sqlite'));
      expect(await run(elsewhere, 'restore', 'copy.sqlite')).toMatchObject({ code: 0 });
      const restored = await readStore(elsewhere, ({ knex }) => knex('calls').pluck<string[]>('id'));
      expect(before.length).toBeGreaterThan(20);
      expect(before.filter((id) => !restored.includes(id))).toEqual([]);
      expect(readFileSync(join(elsewhere, 'data/secret-key'), 'utf8')).toBe(
        readFileSync(join(folder, 'data/secret-key'), 'utf8'),
      );
      const again = start({
        ADAPTERS: 'none',
        DATABASE_URL: `sqlite:${join(elsewhere, 'data/jet.sqlite')}`,
      });
      expect((await takeToken(await again.ready(), credentials)).status).toBe(200);
    }));

  it('a receiver continues ahead of its reporting table after a restore, and settles due deliveries', () =>
    inFolder(async (start, folder) => {
      const receiving = start({ ROLE: 'receive' });
      const url = await receiving.ready();
      const { token } = await takeToken(url, await readFirstStart(folder));
      await push(url, token, 'call-start', { callsessionid: 'older', originNumber: '0412345678' });
      await push(url, token, 'call-start', { callsessionid: 'goes-on', originNumber: '0412345678' });
      // Both are due in the backup, and land after it in newer states.
      expect(await run(folder, 'backup', join(folder, 'copy.sqlite'))).toMatchObject({ code: 0 });
      await stop(receiving);
      const first = start();
      const firstUrl = await first.ready();
      for (const callsessionid of ['older', 'goes-on'])
        await push(firstUrl, token, 'call-end', { callsessionid, dialStatus: 'ANSWER' });
      const older = await rowWhen(folder, 'older', ({ stage }) => stage === 'call_end');
      const newest = await rowWhen(folder, 'goes-on', ({ stage }) => stage === 'call_end');
      expect((await run(folder, 'restore', join(folder, 'copy.sqlite'))).text).toContain(
        'Stop every receiver',
      );
      await stop(first);

      expect(await run(folder, 'restore', join(folder, 'copy.sqlite'))).toMatchObject({ code: 0 });
      const second = start();
      const secondUrl = await second.ready();
      const isSettled = async (): Promise<boolean> =>
        readStore(folder, async ({ knex }) => {
          const states = await knex('deliveries').pluck<string[]>('state');
          return states.length === 2 && states.every((state) => state === 'delivered');
        });
      while (!(await isSettled())) await sleep(50);
      // Newer states that landed after the backup stay.
      expect(await rowWhen(folder, 'older', () => true)).toEqual(older);
      await push(secondUrl, token, 'call-answered', { callsessionid: 'goes-on', queueName: 'Front' });
      const ahead = await rowWhen(folder, 'goes-on', ({ revision }) => revision > newest.revision);
      expect(ahead.stage).toBe('call_answered');
    }));
});
