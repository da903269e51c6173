import { describe, expect } from 'vitest';
import { fault } from '../scene/fault.ts';
import type { SentPush } from './answered-pushes.ts';
import { reading } from '../scene/outside.ts';
import type { Scene } from '../scene/scene.ts';
import { ask, callPushes, sendAll } from './traffic.ts';

// Fields that must differ between two calls with the same content at different times.
const own = [
  'call_id',
  'revision',
  'first_received_at_utc',
  'last_received_at_utc',
  'updated_at_utc',
  'answer_received_at_utc',
];

/** The rows of the reporting table, without the values that are different for every call. */
function contents(scene: Scene): Promise<Map<string, unknown>> {
  return reading(`sqlite:${scene.folder}/data/reporting.sqlite`, async ({ knex }) => {
    const rows = await knex('jet_calls').select<Record<string, unknown>[]>('*');
    return new Map(
      rows.map((row) => [
        String(row['call_id']),
        Object.fromEntries(Object.entries(row).filter(([name]) => !own.includes(name))),
      ]),
    );
  });
}

const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

describe('15 and 16 duplicates and disorder', () => {
  fault(
    '15 and 16 each push comes five times in disorder, twenty times at once, and again a day later',
    async (scene) => {
      const { random, answers } = scene;
      const first = scene.start();
      const url = await first.ready();
      const received: {
        readonly push: SentPush;
        readonly status: number | undefined;
        readonly isNew: boolean;
      }[] = [];
      const sendTo = async (to: string, push: SentPush): Promise<number | undefined> => {
        // By the header, because the token will have expired a day later.
        const answer = await ask(to, undefined, push);
        const { duplicate } = JSON.parse(answer?.body ?? '{}') as { duplicate?: boolean };
        received.push({ push, status: answer?.status, isNew: duplicate === false });
        return answer?.status;
      };
      /** Checks that each push was new once, however often it came, and that every answer was 200. */
      const judge = (pushes: readonly SentPush[], newTimes: 0 | 1): void => {
        expect(new Set(received.map(({ status }) => status))).toEqual(new Set([200]));
        const news = pushes.map((push) => received.filter((one) => one.push === push && one.isNew).length);
        expect(news).toEqual(times(pushes.length, newTimes));
        received.length = 0;
      };

      const control = [...callPushes('control', 65)];
      await sendAll(control, 1, answers, (push) => sendTo(url, push));
      judge(control, 1);

      const mixed = Array.from({ length: 100 }, (_, call) => callPushes(`mixed-${call}`, 65)).flat();
      const five = random.shuffled(mixed.flatMap((push) => times(5, push)));
      await sendAll(five, 20, answers, (push) => sendTo(url, push));
      judge(mixed, 1);

      // Twenty senders send the same push, in one group of commits and in several.
      const same = Array.from({ length: 10 }, (_, call) =>
        random.shuffled([...callPushes(`same-${call}`, 65)]),
      ).flat();
      for (const push of same) await sendAll(times(20, push), 20, answers, (one) => sendTo(url, one));
      judge(same, 1);

      first.child.kill('SIGTERM');
      await first.exited;
      const again = await scene.start({ FAULT_CLOCK_AHEAD_MS: String(25 * 3_600_000) }).ready();
      const repeats = random.shuffled([...mixed, ...same]).slice(0, 60);
      await sendAll(repeats, 20, answers, (push) => sendTo(again, push));
      judge(repeats, 0);

      await scene.balance();
      const rows = await contents(scene);
      const expected = rows.get('control');
      const different = [...rows].filter(([, row]) => JSON.stringify(row) !== JSON.stringify(expected));
      expect(different.map(([callId]) => callId)).toEqual([]);
      expect(rows.size).toBe(111);
      scene.did(
        '300 pushes sent five times each in disorder, 20 at a time; 30 pushes sent by twenty senders at once; 60 pushes sent again a day later: every answer is 200, each push is new once, and each of 110 rows equals the row from the right order',
      );
    },
  );
});
