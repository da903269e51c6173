import { describe, expect } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { fault, type Scene } from './fault.ts';
import { ask, callPushes, sendAll } from './traffic.ts';

// What must differ between two calls of the same content, sent at different moments.
const own = [
  'call_id',
  'revision',
  'first_received_at_utc',
  'last_received_at_utc',
  'updated_at_utc',
  'answer_received_at_utc',
];

/** The rows of the reporting table, without what every call has of its own. */
async function contents(scene: Scene): Promise<Map<string, unknown>> {
  const database = openDatabase(`sqlite:${scene.folder}/data/reporting.sqlite`, 'read');
  const rows = await database.knex('jet_calls').select<Record<string, unknown>[]>('*');
  await database.close();
  return new Map(
    rows.map((row) => [
      String(row['call_id']),
      Object.fromEntries(Object.entries(row).filter(([name]) => !own.includes(name))),
    ]),
  );
}

describe('15 and 16 duplicates and disorder', () => {
  fault(
    '15 and 16 each push five times, all mixed up, twenty at once, and again after a restart',
    async (scene) => {
      const { random, ledger } = scene;
      const first = scene.start();
      const url = await first.ready();
      const token = await scene.token(url);
      const quiet = { ...ledger, record: () => undefined };
      const control = callPushes('control', 65);
      for (const push of control) ledger.record(push, (await ask(url, token, push))?.status);

      const pushes = Array.from({ length: 100 }, (_, call) => callPushes(`mixed-${call}`, 65)).flat();
      const statuses = new Map<number | undefined, number>();
      let duplicates = 0;
      const send = async (to: string, push: (typeof pushes)[number]): Promise<number | undefined> => {
        const answer = await ask(to, token, push);
        statuses.set(answer?.status, (statuses.get(answer?.status) ?? 0) + 1);
        return answer?.status;
      };
      const five = random.shuffled(pushes.flatMap((push) => Array.from({ length: 5 }, () => push)));
      await sendAll(five, 20, quiet, (push) => send(url, push));
      first.child.kill('SIGTERM');
      await first.exited;
      const again = await scene.start().ready();
      const repeats = random.shuffled(pushes).slice(0, 60);
      await sendAll(repeats, 20, quiet, async (push) => {
        const body = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const answer = await fetch(`${again}/webhooks/jet`, {
          method: 'POST',
          headers: body,
          body: push.body,
        });
        const { duplicate } = (await answer.json()) as { duplicate: boolean };
        if (duplicate) duplicates += 1;
        return answer.status;
      });
      expect([...statuses]).toEqual([[200, 1_500]]);
      for (const push of pushes) ledger.record(push, 200);
      await scene.balance();
      const rows = await contents(scene);
      const expected = rows.get('control');
      const different = [...rows].filter(([, row]) => JSON.stringify(row) !== JSON.stringify(expected));
      expect(different.map(([callId]) => callId)).toEqual([]);
      // Without the stage in the path, a start may be read as another push: by its fields it is the same one.
      expect(duplicates).toBe(60);
      scene.did(
        '300 pushes five times each in one disorder, 20 at a time: every answer 200; 60 again after a restart, all known; each of 100 rows equals that of the right order',
      );
    },
  );
});
