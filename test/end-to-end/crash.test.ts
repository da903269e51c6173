import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { startLoad } from '../fixtures/push-load.ts';
import { inFolder, readFirstStart, takeToken } from '../fixtures/receiver-process.ts';

describe('kill -9', () => {
  it('kill -9 loses no push that was answered 200, and each call lands once in the end', () =>
    inFolder(async (start, folder) => {
      const answered: string[] = [];
      for (let round = 0; round < 5; round += 1) {
        const receiver = start();
        const url = await receiver.ready();
        const { status, token } = await takeToken(url, await readFirstStart(folder));
        expect(status).toBe(200);
        const load = startLoad(url, token, `round-${round}`, 10);
        await load.reaches(15 + round * 10);
        receiver.child.kill('SIGKILL');
        expect(await receiver.exited).toBeNull();
        answered.push(...(await load.end()).stored);
      }
      expect(answered.length).toBeGreaterThan(100);

      // The clock is a minute ahead, so the lease of the killed process has expired.
      const writer = openDatabase(`sqlite:${join(folder, 'data/jet.sqlite')}`);
      await writer.knex('destinations').update({ lease_until: 0 });
      await writer.close();

      const last = start();
      const url = await last.ready();
      const store = openDatabase(`sqlite:${join(folder, 'data/jet.sqlite')}`, 'read');
      const calls = await store.knex('calls').pluck<string[]>('id');
      expect(answered.filter((id) => !new Set(calls).has(id))).toEqual([]);
      expect(await store.knex.raw('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      await store.close();

      const reporting = openDatabase(`sqlite:${join(folder, 'data/reporting.sqlite')}`, 'read');
      let rows: string[] = [];
      while (rows.length < calls.length) {
        await sleep(200);
        rows = await reporting.knex('jet_calls').pluck<string[]>('call_id');
      }
      await reporting.close();
      expect(rows.sort()).toEqual(calls.sort());
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    }));
});
