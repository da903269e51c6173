import { copyFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.ts';
import { fault } from '../scene/fault.ts';
import type { Scene } from '../scene/scene.ts';
import { ask, callTraffic, sendAtRate } from '../traffic/traffic.ts';

interface Loss {
  readonly what: string;
  /** Runs before the traffic. */
  readonly before?: (file: string) => void;
  readonly lose: (file: string) => void | Promise<void>;
  /** How the receiver ends before the file is repaired and the receiver restarted. Undefined: it keeps running. */
  readonly end?: NodeJS.Signals;
  readonly mend: (file: string) => void;
}

const nothing = (): void => undefined;
const losses: readonly Loss[] = [
  {
    what: 'moved away and back',
    lose: (file) => renameSync(file, `${file}.away`),
    mend: (file) => renameSync(`${file}.away`, file),
  },
  {
    what: 'replaced by a copy, and put back after a stop',
    lose(file) {
      renameSync(file, `${file}.away`);
      copyFileSync(`${file}.away`, file);
    },
    end: 'SIGTERM',
    mend: (file) => renameSync(`${file}.away`, file),
  },
  {
    what: 'without its log, which was removed; stopped',
    lose: (file) => rmSync(`${file}-wal`),
    end: 'SIGTERM',
    mend: nothing,
  },
  {
    what: 'without its log, which was removed; killed',
    lose: (file) => rmSync(`${file}-wal`),
    end: 'SIGKILL',
    mend: nothing,
  },
  {
    what: 'without its shared memory; stopped',
    lose: (file) => rmSync(`${file}-shm`),
    end: 'SIGTERM',
    mend: nothing,
  },
];

/** Sends at 100 a second while the file is lost, for some seconds. Returns the statuses after the loss. */
async function loseUnderTraffic(
  scene: Scene,
  { before, lose, end, mend }: Loss,
): Promise<Set<number | undefined>> {
  const file = join(scene.folder, 'data/jet.sqlite');
  const receiver = scene.start({}, 'kit');
  const url = await receiver.ready();
  const token = await scene.token(url);
  before?.(file);
  const statuses = new Set<number | undefined>();
  let isLost = false;
  let isOver = false;
  // Also restores the file after a failure.
  scene.finally(() => (isOver = true));
  const sending = sendAtRate({
    pushes: callTraffic('lost', scene.random),
    rate: 100,
    answers: scene.answers,
    isOver: () => isOver,
    async send(push) {
      const isAfter = isLost;
      const answer = await ask(url, token, push);
      if (isAfter && isLost) statuses.add(answer?.status);
      return answer?.status;
    },
  });
  await sleep(3_000);
  await lose(file);
  isLost = true;
  await sleep(3_000);
  const ready = await fetch(`${url}/readyz`);
  isLost = false;
  if (end !== undefined) {
    isOver = true;
    await sending;
    receiver.child.kill(end);
    await receiver.exited;
  }
  mend(file);
  if (end === undefined) await sleep(3_000);
  isOver = true;
  await sending;
  if (end !== undefined) await scene.start({}, 'kit').ready();
  expect(ready.status).toBe(503);
  return statuses;
}

describe('the file of the store is lost while the receiver runs', () => {
  for (const loss of losses) {
    fault(`lost file: ${loss.what}`, async (scene) => {
      expect([...(await loseUnderTraffic(scene, loss))]).toEqual([503]);
      await scene.balance();
      scene.did(
        '3 s of pushes during the loss were all answered 503; no push that was answered 200 is missing',
      );
    });
  }

  const overwritings = [
    {
      what: 'overwritten with an older copy',
      async lose(file: string) {
        // Moves the log's contents into the file. The older copy does not have them.
        const other = openDatabase(`sqlite:${file}`);
        await other.knex.raw('PRAGMA wal_checkpoint(FULL)');
        await other.close();
        await sleep(1_500);
        copyFileSync(`${file}.older`, file);
      },
    },
    { what: 'emptied in place', lose: (file: string) => truncateSync(file) },
    { what: 'whose log is emptied in place', lose: (file: string) => truncateSync(`${file}-wal`) },
  ];
  for (const { what, lose } of overwritings) {
    fault(`lost file: ${what}`, async (scene) => {
      const statuses = await loseUnderTraffic(scene, {
        ...{ what, lose, mend: nothing },
        before: (file) => copyFileSync(file, `${file}.older`),
      });
      expect([...statuses]).toEqual([503]);
      scene.did('no push after that was answered 200');
    });
  }

  fault('lost file: removed with all its content', async (scene) => {
    const statuses = await loseUnderTraffic(scene, {
      ...{ what: 'removed', lose: (file) => rmSync(file), mend: nothing },
    });
    expect([...statuses]).toEqual([503]);
    scene.did('no push after the removal was answered 200');
  });
});
