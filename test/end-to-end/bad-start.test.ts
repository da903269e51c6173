import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { holdPort, inFolder, readFirstStart, receiverEnvironment } from '../fixtures/receiver-process.ts';

describe.concurrent('a start', { timeout: 60_000 }, () => {
  it('with bad settings tells every fault, without a value, and exits with 1', () =>
    inFolder(async (start) => {
      const receiver = start({ PORT: 'canary', ROLE: 'canary', TRUST_PROXY: 'true', SECRET_KEY: 'canary' });
      expect(await receiver.exited).toBe(1);
      for (const name of ['PORT', 'ROLE', 'TRUST_PROXY', 'SECRET_KEY']) {
        expect(receiver.output()).toMatch(new RegExp(`^  ${name} `, 'm'));
      }
      expect(receiver.output()).not.toMatch(/canary| {4}at /);
    }));

  it('with bad settings in .env tells them, and the environment wins over the file', () =>
    inFolder(async (start, folder) => {
      writeFileSync(join(folder, '.env'), 'ROLE=canary\nLOG_LEVEL=canary\n');
      const receiver = start({ LOG_LEVEL: 'info' });
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toContain('  ROLE is one of');
      expect(receiver.output()).not.toContain('LOG_LEVEL');
    }));

  it('with a .env that cannot be read says so, and exits with 1', () =>
    inFolder(async (start, folder) => {
      mkdirSync(join(folder, '.env'));
      const receiver = start();
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toContain('.env cannot be read');
      expect(receiver.output()).not.toContain('    at ');
    }));

  it('on a port in use says so, and exits with 1', () =>
    inFolder(async (start) => {
      const { port, release } = await holdPort();
      const receiver = start({ PORT: port });
      expect(await receiver.exited).toBe(1);
      await release();
      expect(receiver.output()).toContain('The port is in use by another program. Set PORT to a free one.');
      expect(receiver.output()).not.toContain('    at ');
    }));

  it('on an address that is not of this machine says so, and exits with 1', () =>
    inFolder(async (start) => {
      const receiver = start({ HOST: '203.0.113.1' });
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toMatch(/could not start/);
      expect(receiver.output()).not.toContain('    at ');
    }));
});

describe('a start without the secret key of its store', { timeout: 60_000 }, () => {
  it('says so, makes no other, and exits with 1', () =>
    inFolder(async (start, folder) => {
      const first = start();
      await first.ready();
      first.child.kill('SIGTERM');
      await first.exited;
      rmSync(join(folder, 'data/secret-key'));
      const receiver = start();
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toMatch(/secret-key is not there.*Restore it from a back-up/);
      expect(existsSync(join(folder, 'data/secret-key'))).toBe(false);
    }));
});

describe('a start with another secret key than its store has', { timeout: 60_000 }, () => {
  it('says so and exits with 1, until the clients have secrets under the new one', () =>
    inFolder(async (start, folder) => {
      const first = start();
      await first.ready();
      const { clientId } = await readFirstStart(folder);
      first.child.kill('SIGTERM');
      await first.exited;
      const settings = { SECRET_KEY: 'another-secret-key-than-the-first-one' };
      const receiver = start(settings);
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toMatch(/SECRET_KEY is not the one.*client -- rotate/);
      expect(receiver.output()).not.toContain(settings.SECRET_KEY);

      const command = fileURLToPath(new URL('../../src/cli/client.ts', import.meta.url));
      const node = ['--import', import.meta.resolve('tsx'), '--conditions=source', command];
      execFileSync(process.execPath, [...node, 'rotate', clientId], {
        cwd: folder,
        env: receiverEnvironment(settings),
      });
      await start(settings).ready();
    }));
});

/** Makes a store, changes it, and expects the next start to refuse it and to leave it as it is. */
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

describe.concurrent('a start on a store', { timeout: 60_000 }, () => {
  it('that is empty is refused', () => expectRefused((file) => writeFileSync(file, ''), /is empty/));

  it('that is text is refused', () =>
    expectRefused((file) => writeFileSync(file, 'not a database\n'.repeat(1000)), /damaged/));

  it('that is cut off is refused', () =>
    expectRefused((file) => writeFileSync(file, readFileSync(file).subarray(0, 20_000)), /damaged/));

  it('that has a page of noise is refused', () =>
    expectRefused((file) => {
      const bytes = readFileSync(file);
      bytes.fill(0xa5, 4096, 8192);
      writeFileSync(file, bytes);
    }, /damaged/));

  it('that a newer version made is refused', () =>
    expectRefused(async (file) => {
      const database = openDatabase(`sqlite:${file}`);
      await database.knex('jet_store_migrations').insert({ name: '9999-later', made_at: 1 });
      await database.knex.raw('PRAGMA wal_checkpoint(TRUNCATE)');
      await database.close();
    }, /newer version.*9999-later/));

  it('of another program is refused', () =>
    expectRefused(async (file) => {
      writeFileSync(file, '');
      const database = openDatabase(`sqlite:${file}`);
      await database.knex.raw('CREATE TABLE theirs (a)');
      await database.knex.raw('PRAGMA wal_checkpoint(TRUNCATE)');
      await database.close();
    }, /belongs to another program/));
});
