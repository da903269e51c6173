import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { databaseFile } from '../../../src/database/open-database.ts';
import { fault } from '../scene/fault.ts';
import { findProgram, missingPrograms } from '../servers/own-server.ts';
import { takenAgain, tallyOf, watchLoad } from '../traffic/watched-load.ts';

// Litestream copies the log once a second.
const copiedWithinMs = 3_000;

describe('36 Litestream beside the SQLite store', () => {
  fault(
    '36 the machine is lost: the store that Litestream restores has every answered push',
    async (scene) => {
      const program = findProgram('litestream') ?? '';
      const file = databaseFile(scene.databaseUrl) ?? '';
      const copy = join(scene.folder, 'copy');
      const settings = { DATABASE_URL: `${scene.databaseUrl}?wal_autocheckpoint=0` };
      const receiver = scene.start(settings, 'kit');
      const url = await receiver.ready();
      const litestream = spawn(program, ['replicate', file, `file://${copy}`], { stdio: 'ignore' });
      const ended = new Promise((end) => litestream.once('exit', end));
      scene.finally(() => litestream.kill('SIGKILL'));
      await vi.waitFor(() => expect(generationsIn(copy)).toHaveLength(1), 20_000);
      const load = watchLoad(scene, url, await scene.token(url), 80);
      await sleep(25_000);
      await load.stop();
      await sleep(copiedWithinMs);
      receiver.child.kill('SIGKILL');
      litestream.kill('SIGKILL');
      await Promise.all([receiver.exited, ended]);
      const generations = generationsIn(copy);
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
      execFileSync(program, ['restore', '-o', file, `file://${copy}`], { stdio: 'ignore' });
      const again = await scene.start(settings, 'kit').ready();
      const more = watchLoad(scene, again, await scene.token(again), 20);
      await takenAgain(more, performance.now());
      await more.stop();
      await scene.balance();
      scene.did(
        `answers ${tallyOf(load)} before and ${tallyOf(more)} after; ${generations.length} generation of copies`,
      );
      // A second one means that the receiver had begun a new log before Litestream had copied the old one.
      expect(generations).toHaveLength(1);
    },
    { cannot: missingPrograms('litestream') },
  );
});

function generationsIn(copy: string): string[] {
  try {
    return readdirSync(join(copy, 'generations'));
  } catch {
    return [];
  }
}
