import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import {
  holdPort,
  inFolder,
  readFirstStart,
  receiverEnvironment,
  takeToken,
} from '../fixtures/receiver-process.ts';
import { builtCommand } from '../fixtures/built-command.ts';

describe.concurrent('a start', () => {
  it('a start with bad settings reports every fault, without a value, and exits with 1', () =>
    inFolder(async (start) => {
      const receiver = start({ PORT: 'canary', ROLE: 'canary', TRUST_PROXY: 'true', SECRET_KEY: 'canary' });
      expect(await receiver.exited).toBe(1);
      for (const name of ['PORT', 'ROLE', 'TRUST_PROXY', 'SECRET_KEY']) {
        expect(receiver.output()).toMatch(new RegExp(`^  ${name} `, 'm'));
      }
      expect(receiver.output()).not.toMatch(/canary| {4}at /);
    }));

  it('a start with bad settings in .env reports them, and the environment wins over the file', () =>
    inFolder(async (start, folder) => {
      writeFileSync(join(folder, '.env'), 'ROLE=canary\nLOG_LEVEL=canary\n');
      const receiver = start({ LOG_LEVEL: 'info' });
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toContain('  ROLE must be one of');
      expect(receiver.output()).not.toContain('LOG_LEVEL');
    }));

  it('a start with a .env that cannot be read says so, and exits with 1', () =>
    inFolder(async (start, folder) => {
      mkdirSync(join(folder, '.env'));
      const receiver = start();
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toContain('.env cannot be read');
      expect(receiver.output()).not.toContain('    at ');
    }));

  it('a start on a port in use says so, and exits with 1', () =>
    inFolder(async (start) => {
      const { port, release } = await holdPort();
      const receiver = start({ PORT: port });
      expect(await receiver.exited).toBe(1);
      await release();
      expect(receiver.output()).toContain('The port is in use by another program. Set PORT to a free one.');
      expect(receiver.output()).not.toContain('    at ');
    }));

  it('a start on an address that this machine does not have says so, and exits with 1', () =>
    inFolder(async (start) => {
      const receiver = start({ HOST: '203.0.113.1' });
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toMatch(/could not start/);
      expect(receiver.output()).not.toContain('    at ');
    }));
});

describe.concurrent('a start without its database', () => {
  it('a start without its database waits 30 s for the store and says so, then says what to do and exits with 1', () =>
    inFolder(async (start, folder) => {
      const receiver = start({
        DATABASE_URL: 'postgres://jet:canary@127.0.0.1:1/jet',
        SECRET_KEY: 'k'.repeat(32),
      });
      const startedMs = performance.now();
      expect(await receiver.exited).toBe(1);
      expect(performance.now() - startedMs).toBeGreaterThan(25_000);
      expect(receiver.output().match(/cannot be reached yet\. The receiver waits up to 30 s/g)).toHaveLength(
        1,
      );
      expect(receiver.output()).toMatch(/did not answer within 30 s \(ECONNREFUSED\)\.\nStart the database/);
      expect(receiver.output()).not.toContain('canary');
      expect(existsSync(join(folder, 'data'))).toBe(false);
    }));

  it('a start without the reporting database accepts pushes, and pauses only that destination', () =>
    inFolder(async (start, folder) => {
      const receiver = start({ REPORTING_DATABASE_URL: 'postgres://jet:canary@127.0.0.1:1/reporting' });
      const url = await receiver.ready();
      const { token } = await takeToken(url, await readFirstStart(folder));
      const answer = await fetch(`${url}/webhooks/jet`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{"callsessionid":"kept"}',
      });
      expect(answer.status).toBe(200);
      for (;;) {
        const ready = await fetch(`${url}/readyz`);
        expect(ready.status).toBe(200);
        const { paused } = (await ready.json()) as { paused: { destination: string }[] };
        if (paused.length === 0) continue;
        expect(paused).toMatchObject([{ destination: 'sql' }]);
        break;
      }
      expect(receiver.output()).not.toContain('canary');
    }));
});

describe.concurrent('a process that', () => {
  it('a process with ROLE=deliver and no adapter says that it has nothing to do', () =>
    inFolder(async (start) => {
      const receiver = start({ ROLE: 'deliver', ADAPTERS: 'none' });
      await receiver.ready();
      expect(receiver.output()).toContain('"msg":"This process has nothing to do');
    }));

  it.each(['receive', 'all'])(
    'a process with ROLE=%s and no adapter says that pushes are not delivered',
    (role) =>
      inFolder(async (start) => {
        const receiver = start({ ROLE: role, ADAPTERS: 'none' });
        await receiver.ready();
        expect(receiver.output()).toContain('"msg":"Pushes are stored but not delivered');
        expect(receiver.output()).not.toContain('nothing to do');
      }),
  );
});

describe.concurrent('a start without the secret key of its store', () => {
  it('a start without the secret key of its store says so, makes no new key, and exits with 1', () =>
    inFolder(async (start, folder) => {
      const first = start();
      await first.ready();
      first.child.kill('SIGTERM');
      await first.exited;
      rmSync(join(folder, 'data/secret-key'));
      const receiver = start();
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toMatch(/secret-key is missing.*Restore it from a backup/);
      expect(existsSync(join(folder, 'data/secret-key'))).toBe(false);
    }));
});

describe.concurrent('a start with another secret key than its store has', () => {
  it('a start with another secret key says so and exits with 1, until the clients have secrets under the new one', () =>
    inFolder(async (start, folder) => {
      const first = start();
      await first.ready();
      const { clientId } = await readFirstStart(folder);
      first.child.kill('SIGTERM');
      await first.exited;
      const settings = { SECRET_KEY: 'another-secret-key-than-the-first-one' };
      const receiver = start(settings);
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toMatch(/SECRET_KEY is not the key.*client -- rotate/);
      expect(receiver.output()).not.toContain(settings.SECRET_KEY);

      const [program, file] = builtCommand('client');
      execFileSync(program, [file, 'rotate', clientId], {
        cwd: folder,
        env: receiverEnvironment(settings),
      });
      await start(settings).ready();
    }));
});

/** Makes a store, changes it, and expects the next start to refuse it without a change. */
async function expectRefused(change: (file: string) => Promise<void> | void, message: RegExp): Promise<void> {
  await inFolder(async (start, folder) => {
    const file = join(folder, 'data/jet.sqlite');
    const first = start();
    await first.ready();
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    await change(file);
    const before = readFileSync(file);
    const receiver = start();
    expect(await receiver.exited).toBe(1);
    expect(receiver.output()).toMatch(message);
    expect(receiver.output()).not.toContain('    at ');
    expect(readFileSync(file).equals(before)).toBe(true);
  });
}

describe.concurrent('a start on a store', () => {
  it('a start on an empty file is refused', () =>
    expectRefused((file) => writeFileSync(file, ''), /is empty/));

  it('a start on a file of text is refused', () =>
    expectRefused((file) => writeFileSync(file, 'not a database\n'.repeat(1000)), /damaged/));

  it('a start on a shortened file is refused', () =>
    expectRefused((file) => writeFileSync(file, readFileSync(file).subarray(0, 20_000)), /damaged/));

  it('a start on a file with a damaged page is refused', () =>
    expectRefused((file) => {
      const bytes = readFileSync(file);
      bytes.fill(0xa5, 4096, 8192);
      writeFileSync(file, bytes);
    }, /damaged/));

  it('a start on a store of a newer version is refused', () =>
    expectRefused(async (file) => {
      const database = openDatabase(`sqlite:${file}`);
      await database.knex('jet_store_migrations').insert({ name: '9999-later', made_at: 1 });
      await database.knex.raw('PRAGMA wal_checkpoint(TRUNCATE)');
      await database.close();
    }, /newer version.*9999-later/));

  it('a start on a file of another program is refused', () =>
    expectRefused(async (file) => {
      writeFileSync(file, '');
      const database = openDatabase(`sqlite:${file}`);
      await database.knex.raw('CREATE TABLE theirs (a)');
      await database.knex.raw('PRAGMA wal_checkpoint(TRUNCATE)');
      await database.close();
    }, /belongs to another program/));
});
