import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFreshCopy, type FreshCopy } from '../adapter-kit/fresh-copy.ts';
import { npmStart, type NpmStart } from '../fixtures/npm-start.ts';
import { hasBegun, holdPort, holdRequest, readFirstStart, takeToken } from '../fixtures/receiver-process.ts';

let copy: FreshCopy;
const path = (file: string): string => join(copy.folder, file);

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

// The copy is compiled, which takes long on a busy machine.
describe('the commands of the README, in a copy of the project', { timeout: 300_000 }, () => {
  it('`npm start` compiles, starts, and shows credentials that work; SIGTERM to npm lets it finish', () =>
    started(async (receiver, url) => {
      const credentials = await readFirstStart(copy.folder);
      expect(await takeToken(url, credentials)).toMatchObject({ status: 200 });
      receiver.child.kill('SIGTERM');
      await receiver.exited;
      expect(receiver.output()).toContain('"msg":"Stopped"');
    }));

  it('the first call of the README is stored', () =>
    started(async (_receiver, url) => {
      const { clientId, clientSecret } = await readFirstStart(copy.folder);
      const readme = readFileSync(path('README.md'), 'utf8');
      const firstCall = /```sh\n(TOKEN=[^`]*)```/.exec(readme)?.[1] ?? '';
      const { code, output } = await copy.run(
        `CLIENT_ID=${clientId} CLIENT_SECRET=${clientSecret}\n${firstCall.replaceAll('http://127.0.0.1:3000', url)}`,
      );
      expect([code, output]).toEqual([0, expect.stringContaining('{"status":"stored"') as string]);
    }));

  it('`npm test` runs the tests', async () => {
    const { code, output } = await copy.run('npm test -- test/domain/stage.test.ts');
    expect([code, output]).toEqual([0, expect.stringMatching(/Test Files\s+1 passed/)]);
  });

  it('Ctrl-C on `npm start` lets it finish, although npm sends the signal a second time', () =>
    started(async (receiver, url) => {
      const { token } = await takeToken(url, await readFirstStart(copy.folder));
      const held = holdRequest(url, token);
      await hasBegun(held);
      receiver.interrupt();
      while (!receiver.output().includes('Stopping')) await sleep(10);
      // Longer than npm needs to send the signal.
      await sleep(1_000);
      expect(receiver.child.exitCode).toBeNull();
      held.destroy();
      await receiver.exited;
      expect(receiver.output()).toContain('"msg":"Stopped"');
    }));

  it('the trial of the README reaches no CRM, and `npm run simulate` refuses to run with an enabled CRM', async () => {
    const readme = readFileSync(path('README.md'), 'utf8');
    const trial = /```sh\n(\(\n[^`]*)```/.exec(readme)?.[1] ?? '';
    expect(trial).toContain('npm run simulate;');
    const { port, release } = await holdPort();
    await release();
    writeFileSync(path('.env'), 'ADAPTERS=sql,hubspot\nHUBSPOT_ACCESS_TOKEN=pat-na1-token-of-the-tests\n');
    const { output } = await copy.run(
      trial
        .replace('PORT=3001', `PORT=${port}`)
        .replace('npm run simulate;', 'npm run simulate -- --calls 20 --rate 0;'),
    );
    expect(output).toMatch(/^all +20 +20$/m);
    expect(output).toContain('No differences.');
    expect(readFileSync(path('trial.log'), 'utf8')).toContain('"msg":"Stopped"');
    const refused = await copy.run('JET_HEADER="x-trial: any" npm run --silent simulate');
    expect(refused).toMatchObject({ code: 2, output: expect.stringContaining('--allow-crm') as string });
    rmSync(path('.env'));
  });
});
