import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFreshCopy, type FreshCopy } from '../adapter-kit/fresh-copy.ts';
import { npmStart, type NpmStart } from '../fixtures/npm-start.ts';
import { holdRequest, readFirstStart, takeToken } from '../fixtures/receiver-process.ts';

let copy: FreshCopy;
const path = (file: string): string => join(copy.folder, file);
const main = 'dist/src/main.js';

beforeAll(() => {
  copy = makeFreshCopy();
});
afterAll(() => copy.remove());

async function started(work: (receiver: NpmStart, url: string) => Promise<void>): Promise<void> {
  const receiver = npmStart(copy);
  try {
    await work(receiver, await receiver.ready());
  } finally {
    await receiver.remove();
  }
}

// A copy is compiled several times, on a machine that may have other things to do.
describe('the commands of the README, in a copy of the project', { timeout: 300_000 }, () => {
  it('`npm start` compiles, starts, and shows credentials that work; SIGTERM to npm lets it finish', () =>
    started(async (receiver, url) => {
      const credentials = await readFirstStart(copy.folder);
      expect(await takeToken(url, credentials)).toMatchObject({ status: 200 });
      receiver.child.kill('SIGTERM');
      await receiver.exited;
      expect(receiver.output()).toContain('"msg":"Stopped"');
    }));

  it('`npm test` runs the tests', async () => {
    const { code, output } = await copy.run('npm test -- test/domain/stage.test.ts');
    expect([code, output]).toEqual([0, expect.stringMatching(/Test Files\s+1 passed/)]);
  });

  it('Ctrl-C on `npm start` lets it finish, though npm passes the signal on once more', () =>
    started(async (receiver, url) => {
      const { token } = await takeToken(url, await readFirstStart(copy.folder));
      const held = holdRequest(url, token);
      await sleep(200);
      receiver.interrupt();
      while (!receiver.output().includes('Stopping')) await sleep(10);
      // Longer than npm takes to pass it on.
      await sleep(1_000);
      expect(receiver.child.exitCode).toBeNull();
      held.destroy();
      await receiver.exited;
      expect(receiver.output()).toContain('"msg":"Stopped"');
    }));

  it('a start whose sources are the same compiles nothing', async () => {
    const before = statSync(path(main)).mtimeMs;
    await started(() => Promise.resolve());
    expect(statSync(path(main)).mtimeMs).toBe(before);
  });

  it('a changed source that is older than the build is compiled', async () => {
    const source = path('src/main.ts');
    const text = readFileSync(source, 'utf8');
    writeFileSync(source, text.replaceAll("'Ready'", "'Ready, as the fork says'"));
    utimesSync(source, new Date('2020-01-01'), new Date('2020-01-01'));
    await started((receiver) => {
      expect(receiver.output()).toContain('"msg":"Ready, as the fork says"');
      return Promise.resolve();
    });
    writeFileSync(source, text);
  });

  it('a file that is missing in the build is made again', async () => {
    rmSync(path('dist/src/receiver.js'));
    await started(() => Promise.resolve());
  });

  it('a source that is gone stops the start, though what was compiled from it is still there', async () => {
    renameSync(path('src/logger.ts'), path('src/logger.ts.away'));
    const receiver = npmStart(copy);
    await receiver.exited;
    expect(receiver.child.exitCode).toBe(1);
    expect(receiver.output()).toContain('The sources do not compile, so nothing was started.');
    expect(receiver.output()).not.toContain('Ready');
    renameSync(path('src/logger.ts.away'), path('src/logger.ts'));
  });
});
