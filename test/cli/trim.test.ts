import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { createClient } from '../../src/auth/clients.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { countRows } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf } from '../fixtures/pushes.ts';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';

const secretKey = 'a key of thirty-two characters, or more';

describe('npm run trim', () => {
  let folder: CommandFolder;
  let store: Store;
  beforeEach(async () => {
    folder = await makeCommandFolder();
    store = await openStore(folder.storeUrl, storeMigrations);
    await createClient(store, secretKey, Date.now, { name: 'Jet' });
    const longAgoMs = Date.now() - 500 * 86_400_000;
    await storePushes(store, [pushOf(inboundBodies('old').start, longAgoMs)], [], longAgoMs);
    await storePushes(store, [pushOf(inboundBodies('new').start, Date.now())], [], Date.now());
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });
  const trim = (...args: string[]) => folder.run('trim', args, { SECRET_KEY: secretKey });

  it('npm run trim shows the data past its retention, and removes nothing', async () => {
    const { code, stdout } = await trim();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +1 calls$/m);
    expect(stdout).toMatch(/^ +1 pushes$/m);
    expect(stdout).toContain('npm run trim -- --yes');
    expect(await countRows(store, 'calls')).toBe(2);
  });

  it('npm run trim removes the data past its retention with --yes', async () => {
    expect(await trim('--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^2 rows were/m) as string,
    });
    expect(await store.reader.knex('calls').pluck('id')).toEqual(['new']);
  });

  it('npm run trim needs the key for tombstones', async () => {
    const { code, stderr } = await folder.run('trim', ['--yes']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('secret key')]);
    expect(await countRows(store, 'calls')).toBe(2);
  });
});

describe.each([['client', 'list'], ['trim'], ['replay', '--all'], ['replay', 'quarantine'], ['refold']])(
  'npm run %s %s without a store',
  (command, ...args) => {
    it('a command without a store says so with exit code 1, and creates nothing', async () => {
      const folder = await makeCommandFolder();
      const { code, stderr } = await folder.run(command, args.filter(Boolean));
      expect([code, stderr]).toEqual([1, expect.stringMatching(/There is no store at .*\n.*npm start/)]);
      expect(await readdir(folder.path)).toEqual([]);
      await folder.remove();
    });
  },
);
