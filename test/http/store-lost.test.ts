import { copyFileSync, existsSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';
import { until } from '../fixtures/until.ts';

const remediesOf = ({ logLines }: RunningReceiver): Record<string, unknown>[] =>
  logLines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ level, remedy }) => level === 'error' && remedy !== undefined);

interface Loss {
  readonly what: string;
  readonly lose: (file: string) => void;
  readonly bringBack?: (file: string) => void;
}

const losses: Loss[] = [
  { what: 'removed', lose: (file) => rmSync(file) },
  {
    what: 'removed with its log and shared memory',
    lose: (file) => ['', '-wal', '-shm'].forEach((end) => rmSync(file + end)),
  },
  {
    what: 'moved away',
    lose: (file) => renameSync(file, `${file}.old`),
    bringBack: (file) => renameSync(`${file}.old`, file),
  },
  {
    what: 'replaced by a copy',
    lose: (file) => {
      renameSync(file, `${file}.old`);
      copyFileSync(`${file}.old`, file);
    },
    bringBack: (file) => renameSync(`${file}.old`, file),
  },
  { what: 'emptied in place', lose: (file) => truncateSync(file) },
  { what: 'without its log', lose: (file) => rmSync(`${file}-wal`) },
  { what: 'without its shared memory', lose: (file) => rmSync(`${file}-shm`) },
  {
    what: 'beside another log',
    lose: (file) => {
      rmSync(`${file}-wal`);
      writeFileSync(`${file}-wal`, '');
    },
  },
];

describe.concurrent('while the file of the store is', () => {
  it.each(losses)(
    '$what: no push is answered 200, /readyz shows the reason, and one line is logged',
    async ({ lose, bringBack }) => {
      const receiver = await startRunningReceiver();
      const file = join(receiver.folder, 'jet.sqlite');
      const headers = { authorization: `Bearer ${await receiver.takeToken()}` };
      const push = (id: string) => receiver.push({ callsessionid: id }, { headers });
      expect((await push('before')).status).toBe(200);
      lose(file);
      // The first push comes at once, before a timer has checked.
      for (const id of ['first', 'second', 'before']) {
        const answer = await push(id);
        expect([id, answer.status, answer.headers.get('retry-after')]).toEqual([id, 503, '5']);
      }
      expect((await receiver.push('{', { headers })).status).toBe(503);
      await expect(receiver.takeToken()).rejects.toThrow('503');
      const ready = await fetch(`${receiver.url}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({
        status: 'store_unavailable',
        store: {
          reason: expect.stringMatching(/while it is in use/) as string,
          remedy: expect.stringMatching(/receiver/) as string,
        },
      });
      expect(await (await fetch(`${receiver.url}/metrics`)).text()).toContain('jet_store_available 0');
      expect(remediesOf(receiver).map(({ remedy }) => remedy)).toEqual([expect.stringMatching(/receiver/)]);
      if (bringBack !== undefined) {
        bringBack(file);
        await until(async () => expect((await fetch(`${receiver.url}/readyz`)).status).toBe(200));
        expect((await push('after')).status).toBe(200);
        const calls = openDatabase(`sqlite:${file}`, 'read');
        expect(
          await calls.knex('pushes').whereIn('call_id', ['before', 'after']).pluck('call_id'),
        ).toHaveLength(2);
        await calls.close();
      }
      await receiver.close();
    },
  );

  it('a removed store is not replaced by an empty file', async () => {
    const receiver = await startRunningReceiver();
    const file = join(receiver.folder, 'jet.sqlite');
    await receiver.push({ callsessionid: 'before' });
    rmSync(file);
    await Promise.all(
      Array.from({ length: 20 }, () =>
        Promise.all([receiver.push({ callsessionid: 'x' }), fetch(`${receiver.url}/readyz`)]),
      ),
    );
    expect(existsSync(file)).toBe(false);
    await receiver.close();
  });

  it('a lost store is noticed within about a second without any request', async () => {
    const receiver = await startRunningReceiver();
    rmSync(join(receiver.folder, 'jet.sqlite'));
    let looks = 0;
    await until(() => {
      looks += 1;
      expect(remediesOf(receiver)).toHaveLength(1);
    });
    // Checks every 10 ms. The checks are counted, because a busy machine delays them and the receiver equally.
    expect(looks).toBeLessThan(300);
    await receiver.close();
  });

  it('a store gets the content of its lost log soon afterwards', async () => {
    const receiver = await startRunningReceiver();
    const file = join(receiver.folder, 'jet.sqlite');
    expect((await receiver.push({ callsessionid: 'kept' })).status).toBe(200);
    rmSync(`${file}-wal`);
    await until(() =>
      expect(receiver.logLines.join('')).toContain('The content of the lost log was written into'),
    );
    copyFileSync(file, `${file}.seen`);
    const seen = openDatabase(`sqlite:${file}.seen`, 'inspect');
    expect(await seen.knex('pushes').pluck('call_id')).toEqual(['kept']);
    await seen.close();
    await receiver.close();
  });
});
