import { copyFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { createAdapter } from '../../src/app/create-adapter.ts';
import { openStore, storeMigrationsTable } from '../../src/store/store.ts';
import { engines } from '../fixtures/engines.ts';
import { inFolder, readFirstStart, takeToken } from '../fixtures/receiver-process.ts';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';
import { adapterSurroundings } from '../fixtures/adapter-surroundings.ts';

describe('npm run doctor', () => {
  let folder: CommandFolder;
  let storeFile: string;
  beforeEach(async () => {
    folder = await makeCommandFolder();
    storeFile = join(folder.path, 'data', 'jet.sqlite');
  });
  afterEach(() => folder.remove());

  const makeStore = async (): Promise<void> => {
    const store = await openStore(folder.storeUrl, storeMigrations);
    await store.close();
  };
  const makeReporting = async (): Promise<void> => {
    const [sql] = adapters;
    if (sql === undefined) throw new Error('There is no adapter');
    const url = `sqlite:${join(folder.path, 'data', 'reporting.sqlite')}`;
    const adapter = createAdapter(sql, { REPORTING_DATABASE_URL: url }, adapterSurroundings());
    await adapter.prepare?.(new AbortController().signal);
    await adapter.close();
  };
  const doctor = (environment: Record<string, string> = {}) => folder.run('doctor', [], environment);

  it('doctor creates nothing before the first start, and says that nothing exists yet', async () => {
    const { code, stdout } = await doctor();
    expect(stdout).toContain('The store does not exist yet.');
    expect(stdout).toContain('The reporting database does not exist yet.');
    expect(code).toBe(0);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('doctor warns of a process with ROLE=deliver that has no adapter', async () => {
    const { code, stdout } = await doctor({ ROLE: 'deliver', ADAPTERS: 'none' });
    expect(stdout).toContain('A process with ROLE=deliver has nothing to do');
    expect(code).toBe(0);
  });

  it('doctor finds everything in order, and changes no byte', async () => {
    await makeStore();
    await makeReporting();
    const before = await readFile(storeFile);
    const { code, stdout } = await doctor({ PUBLIC_URL: 'https://calls.example.com' });
    expect(code).toBe(0);
    expect(stdout).toContain('The store is intact and up to date.');
    expect(stdout).toContain('jet_calls is there');
    // No receiver runs in the test.
    expect(stdout.replace(/^warning +receiver: .*$/m, '')).not.toMatch(/^(?:fault|warning)/m);
    expect((await readFile(storeFile)).equals(before)).toBe(true);
    expect((await readdir(join(folder.path, 'data'))).sort()).toEqual(['jet.sqlite', 'reporting.sqlite']);
  });

  it.each<[string, (file: string) => Promise<void>]>([
    ['damaged', (file) => writeFile(file, 'A letter to somebody. '.repeat(500))],
    ['empty', (file) => writeFile(file, '')],
  ])('doctor finds a store that is %s, with the remedy, and exit code 1', async (word, spoil) => {
    await mkdir(join(folder.path, 'data'));
    await spoil(storeFile);
    const { code, stdout } = await doctor();
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^fault +store: .*${word}`, 'm'));
    expect(stdout).toContain('backup');
  });

  it('doctor reports a missing store when its key or the output of the first start exists', async () => {
    await mkdir(join(folder.path, 'data'));
    await writeFile(join(folder.path, 'data', 'first-start.txt'), 'shown once');
    const shown = await doctor();
    expect([shown.code, shown.stdout]).toEqual([1, expect.stringMatching(/^fault +store: .*is missing/m)]);
    await writeFile(join(folder.path, 'data', 'secret-key'), 'k'.repeat(64));
    const { code, stdout } = await doctor();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fault +store: The store \S+jet\.sqlite is missing, .*secret-key/m);
    expect(stdout).toContain('npm run restore');
    expect((await readdir(join(folder.path, 'data'))).sort()).toEqual(['first-start.txt', 'secret-key']);
  });

  it('doctor reports a store that the running receiver has lost, even if a good copy is at its path', async () => {
    await inFolder(async (start, path) => {
      const url = await start({ PORT: '0' }).ready();
      const file = join(path, 'data', 'jet.sqlite');
      await copyFile(file, `${file}.copy`);
      await rename(`${file}.copy`, file);
      const { code, stdout } = await folder.run('doctor', [], {
        DATABASE_URL: `sqlite:${file}`,
        PORT: new URL(url).port,
      });
      expect(code).toBe(1);
      expect(stdout).toMatch(/^fault +store: .*was replaced by another file/m);
      expect(stdout).toContain('Stop the receiver');
    });
  });

  it('doctor finds a store that a newer version made', async () => {
    const store = await openStore(folder.storeUrl, storeMigrations);
    await store.writer.knex(storeMigrationsTable).insert({ name: '9999-from-the-future', made_at: 1 });
    await store.close();
    const { code, stdout } = await doctor();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fault +store: .*newer version/m);
  });

  describe('with a client in the store', () => {
    const key = 'a key of thirty-two characters, or more';
    beforeEach(async () => {
      await makeReporting();
      await makeStore();
      const made = await folder.run('client', ['create', '--name', 'Jet'], { SECRET_KEY: key });
      expect(made.code).toBe(0);
    });

    it('doctor reports no fault of the right key', async () => {
      expect(await doctor({ SECRET_KEY: key })).toMatchObject({ code: 0 });
    });

    it('doctor reports a missing key, with which the next start would fail', async () => {
      const { code, stdout } = await doctor();
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /^fault +store: The secret key file \S+secret-key is missing, .*backup.*SECRET_KEY/m,
      );
      expect(await readdir(join(folder.path, 'data'))).not.toContain('secret-key');
    });

    it('doctor reports a key that is not the key of the clients', async () => {
      const { code, stdout } = await doctor({ SECRET_KEY: `${key}, and another` });
      expect(code).toBe(1);
      expect(stdout).toMatch(/^fault +store: SECRET_KEY is not the key .*npm run client -- rotate/m);
    });

    it('doctor accepts the key of the clients as the previous key with a warning, and stores nothing', async () => {
      await writeFile(join(folder.path, 'data/secret-key'), `${key}\n`, { mode: 0o600 });
      const changed = {
        ...{ SECRET_KEY: `${key}, and another`, SECRET_KEY_PREVIOUS_FILE: 'data/secret-key' },
      };
      const { code, stdout } = await doctor(changed);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^warning +\w+: SECRET_KEY_PREVIOUS is set/m);
      expect(await doctor({ SECRET_KEY: key })).toMatchObject({ code: 0 });
    });

    it('doctor reports that neither key is the key of the clients', async () => {
      const { code, stdout } = await doctor({
        ...{ SECRET_KEY: `${key}, and another`, SECRET_KEY_PREVIOUS: `${key}, and a third` },
      });
      expect(code).toBe(1);
      expect(stdout).toMatch(/^fault +store: Neither SECRET_KEY nor SECRET_KEY_PREVIOUS is the key/m);
    });

    it('doctor reports a previous key that equals the present key in its file', async () => {
      await writeFile(join(folder.path, 'data/secret-key'), key);
      const { code, stdout } = await doctor({ SECRET_KEY_PREVIOUS: key });
      expect(code).toBe(1);
      expect(stdout).toMatch(/^fault +store: SECRET_KEY_PREVIOUS is the same key as in /m);
      expect(stdout).not.toContain(key);
    });

    it('doctor needs no key in a process that only delivers', async () => {
      expect(await doctor({ ROLE: 'deliver' })).toMatchObject({ code: 0 });
    });
  });

  it('doctor reports deliveries that are not tried any more, and how to see the reasons', async () => {
    await makeReporting();
    const store = await openStore(folder.storeUrl, storeMigrations);
    const resting = ['rejected', 'exhausted', 'rejected', 'delivered'];
    const rows = resting.map((state, index) => ({
      destination: 'sql',
      call_id: `c-${index}`,
      revision: 1,
      state,
    }));
    await store.writer.knex('deliveries').insert(rows);
    await store.close();
    const { code, stdout } = await doctor();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warning *store: 2 deliveries are rejected at sql/m);
    expect(stdout).toMatch(/^warning *store: 1 delivery is exhausted at sql/m);
    expect(stdout).toContain('npm run replay -- --destination sql --state exhausted --dry-run');
  });

  it('doctor reports a missing reporting table', async () => {
    await makeStore();
    const reporting = await openStore(`sqlite:${join(folder.path, 'data', 'reporting.sqlite')}`, []);
    await reporting.close();
    const { code, stdout } = await doctor();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fault +sql: /m);
    expect(stdout).toContain('REPORTING_DATABASE_URL');
  });

  it('doctor names every bad setting on a separate line, without its value, with exit code 1', async () => {
    const { code, stderr } = await doctor({
      PORT: 'seventy',
      TIME_ZONE: 'Mars/Olympus',
      ADAPTERS: 'sql,nosuch',
    });
    expect(code).toBe(1);
    for (const name of ['PORT', 'TIME_ZONE', 'ADAPTERS'])
      expect(stderr).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(stderr).not.toMatch(/seventy|Mars|nosuch/);
  });

  it('doctor reads .env', async () => {
    await writeFile(join(folder.path, '.env'), 'PORT=seventy\n');
    const { code, stderr } = await doctor();
    expect(code).toBe(1);
    expect(stderr).toContain('PORT');
  });

  it('doctor says what to do when the database server does not answer, and shows no password', async () => {
    const { code, stdout, stderr } = await doctor({
      DATABASE_URL: 'postgres://jet:hunter22@127.0.0.1:1/none',
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fault +store: /m);
    expect(stdout + stderr).not.toContain('hunter22');
  });

  it.each(engines.filter(({ given, dialect }) => given && dialect !== 'sqlite'))(
    'doctor creates nothing on a server either ($title)',
    async (engine) => {
      const database = await engine.fresh();
      const empty = await doctor({ DATABASE_URL: database.url });
      expect(empty.stdout).toContain('The store does not exist yet.');
      expect(empty.stdout).toContain('It is made at the first start');
      const both = { DATABASE_URL: database.url, REPORTING_DATABASE_URL: database.url };
      expect((await doctor(both)).stdout).toMatch(/^ok +sql: .* It is made at the first start/m);
      expect(empty.code).toBe(0);
      const store = await openStore(database.url, storeMigrations);
      await store.close();
      expect((await doctor({ DATABASE_URL: database.url })).stdout).toContain(
        'The store is intact and up to date.',
      );
      await database.drop();
    },
  );

  it('doctor says what time and numbers mean here', async () => {
    const { stdout } = await doctor({ TIME_ZONE: 'Australia/Perth', DEFAULT_COUNTRY: 'NZ' });
    expect(stdout).toMatch(/^ok +settings: Local times are in Australia\/Perth, .*\+08:00.*read as NZ\.$/m);
  });

  it('doctor finds a misspelt name in .env, and suggests the right one', async () => {
    const names = [
      'TIMEZONE=Europe/Rome',
      'DEFAULT_COUNTRI=AU',
      'FAVOURITE_COLOUR=blue',
      'NODE_ENV=production',
    ];
    await writeFile(join(folder.path, '.env'), `${names.join('\n')}\n`, { mode: 0o600 });
    const { code, stdout } = await doctor();
    expect(stdout).toMatch(/sets TIMEZONE, [^\n]*\n +Did you mean TIME_ZONE\?/);
    expect(stdout).toMatch(/sets DEFAULT_COUNTRI, [^\n]*\n +Did you mean DEFAULT_COUNTRY\?/);
    expect(stdout).toMatch(/sets FAVOURITE_COLOUR, [^\n]*\n +Remove it/);
    expect(stdout).not.toContain('sets NODE_ENV');
    expect(code).toBe(0);
  });

  it('doctor finds an output of the first start that nobody removed', async () => {
    await makeStore();
    await makeReporting();
    await writeFile(join(folder.path, 'data', 'first-start-2.txt'), 'shown once', { mode: 0o600 });
    expect((await doctor()).stdout).toMatch(/^warning +settings: \S*data\/first-start-2\.txt still holds/m);
  });

  it('doctor says that a receiver runs, when the last push came and landed, and why requests were refused', async () => {
    await inFolder(async (start, path) => {
      const settings = { CONSOLE_PORT: '0', PUBLIC_URL: 'http://127.0.0.1:9' };
      const url = await start(settings).ready();
      const { token } = await takeToken(url, await readFirstStart(path));
      const push = (body: string, headers: Record<string, string>): Promise<Response> =>
        fetch(`${url}/webhooks/jet`, { method: 'POST', headers, body });
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      await push('{"callsessionid":"a","dialstatus":"WOBBLY","duration":1}', headers);
      for (let number = 0; number < 3; number += 1) await push('{}', {});
      await push('{', headers);
      const ask = () =>
        folder.run('doctor', [], {
          ...{
            ...settings,
            PORT: new URL(url).port,
            DATABASE_URL: `sqlite:${join(path, 'data/jet.sqlite')}`,
          },
          REPORTING_DATABASE_URL: `sqlite:${join(path, 'data/reporting.sqlite')}`,
        });
      await expect
        .poll(async () => (await ask()).stdout)
        .toMatch(/4 requests were|3 requests were[^]*1 request was/);
      await expect
        .poll(async () => (await ask()).stdout)
        .toMatch(/^ok +traffic: The last call landed .*, at sql\.$/m);
      const { stdout } = await ask();
      expect(stdout).toMatch(/^ok +receiver: The receiver runs on 127\.0\.0\.1:\d+ and can store pushes\.$/m);
      expect(stdout).toMatch(/^warning +public: http:\/\/127\.0\.0\.1:9 cannot be reached .*\n +\S/m);
      expect(stdout).toMatch(/^ok +traffic: The last push came (?:just now|\d+ s ago)\.$/m);
      expect(stdout).toMatch(
        /^warning +traffic: 3 requests were refused in the last hour \(POST \/webhooks\/jet from 127\.0\.0\.1\), because the credentials were missing or not valid \(not_authenticated\)\.\n +\S/m,
      );
      expect(stdout).toMatch(/^warning +traffic: 1 request was refused .* because the body was not JSON/m);
      expect(stdout).toMatch(/^warning +traffic: 1 refused body is in the quarantine\.$/m);
      expect(stdout).toMatch(/^warning +traffic: Jet sent status words that no table knows: WOBBLY/m);
    });
  });

  it('doctor shows its help on request', async () => {
    const { code, stdout } = await folder.run('doctor', ['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Changes nothing');
  });
});
