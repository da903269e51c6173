import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engines } from '../fixtures/engines.ts';
import { inboundBodies } from '../fixtures/pushes.ts';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';
import { credentialsIn, startProcess, takeToken } from '../fixtures/receiver-process.ts';

const pushWith = async (url: string, token: string, body: unknown): Promise<number> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/webhooks/jet`, { method: 'POST', headers, body: JSON.stringify(body) });
  return answer.status;
};

describe('npm run move', () => {
  let folder: CommandFolder;
  beforeEach(async () => {
    folder = await makeCommandFolder();
  });
  afterEach(() => folder.remove());

  /** Starts a receiver in the folder for one piece of work. */
  const withReceiver = async <Result>(
    settings: Record<string, string>,
    work: (url: string, output: () => string) => Promise<Result>,
  ): Promise<Result> => {
    const receiver = startProcess(folder.path, settings);
    try {
      return await work(await receiver.ready(), () => receiver.output());
    } finally {
      receiver.child.kill('SIGTERM');
      await receiver.exited;
    }
  };

  for (const engine of engines) {
    it.runIf(engine.given)(
      `a move leaves an old access token and client secret valid in a store on ${engine.title}`,
      async () => {
        const database = await engine.fresh();
        const reporting = await engine.fresh();
        const { credentials, token } = await withReceiver({}, async (url) => {
          const shown = credentialsIn(readFileSync(join(folder.path, 'data/first-start.txt'), 'utf8'));
          const taken = await takeToken(url, shown);
          expect(await pushWith(url, taken.token, inboundBodies('a').end)).toBe(200);
          return { credentials: shown, token: taken.token };
        });
        const before = readFileSync(join(folder.path, 'data/jet.sqlite'));
        const moved = await folder.run('move', ['--to', database.url, '--reporting-to', reporting.url]);
        expect(moved).toMatchObject({ code: 0 });
        expect(moved.stdout).toMatch(/pushes +1 +1 +[0-9a-f]{16} +equal/);
        expect(moved.stdout).toMatch(/jet_calls +\d+ +\d+ +[0-9a-f]{16} +equal/);
        expect(moved.stdout).toContain(`DATABASE_URL=${database.url}`);
        expect(moved.stdout).toContain(`REPORTING_DATABASE_URL=${reporting.url}`);
        expect(readFileSync(join(folder.path, 'data/jet.sqlite')).equals(before)).toBe(true);
        const key = /SECRET_KEY_FILE=(\S+)/.exec(moved.stdout)?.[1];
        const settings = {
          ...{ DATABASE_URL: database.url, REPORTING_DATABASE_URL: reporting.url },
          ...(key === undefined ? {} : { SECRET_KEY_FILE: key }),
        };
        await withReceiver(settings, async (url, output) => {
          expect(await pushWith(url, token, inboundBodies('b').end)).toBe(200);
          expect((await takeToken(url, credentials)).status).toBe(200);
          expect(output()).not.toContain('DATABASE_URL names another store');
        });
        await database.drop();
        await reporting.drop();
      },
    );
  }

  it('a move refuses while a receiver runs on the source, and a target that is the source', async () => {
    await withReceiver({}, async () => {
      const refused = await folder.run('move', ['--to', 'sqlite:./elsewhere.sqlite'], { PORT: '1' });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('Stop every receiver');
      expect(existsSync(join(folder.path, 'elsewhere.sqlite'))).toBe(false);
    });
    const same = await folder.run('move', ['--to', `sqlite:${folder.path}/data/../data/jet.sqlite`]);
    expect(same).toMatchObject({ code: 2 });
    expect(same.stderr).toContain('which is the source itself');
  });

  it('a start whose settings name a store without the calls suggests a move', async () => {
    await withReceiver({}, async (url) => {
      const { token } = await takeToken(
        url,
        credentialsIn(readFileSync(join(folder.path, 'data/first-start.txt'), 'utf8')),
      );
      await pushWith(url, token, inboundBodies('a').end);
    });
    const output = await withReceiver({ DATABASE_URL: 'sqlite:./new/other.sqlite' }, (_url, written) =>
      Promise.resolve(written()),
    );
    expect(output).toMatch(/1 call is in .*data\/jet\.sqlite, but DATABASE_URL names another store/);
    expect(output).toContain('npm run move -- --to');
  });
});
