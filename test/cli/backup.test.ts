import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { openStore, storeMigrationsTable } from '../../src/store/store.ts';
import { countRows } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { builtCommand } from '../fixtures/built-command.ts';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';

const keyA = 'key-a-of-the-tests-with-32-letters';
const keyB = 'key-b-of-the-tests-with-32-letters';

describe('npm run backup and npm run restore', () => {
  let folder: CommandFolder;
  let storeFile: string;
  let keyFile: string;
  let backup: string;
  beforeEach(async () => {
    folder = await makeCommandFolder();
    storeFile = join(folder.path, 'data/jet.sqlite');
    keyFile = join(folder.path, 'data/secret-key');
    backup = join(folder.path, 'copy.sqlite');
  });
  afterEach(() => folder.remove());

  const addCalls = async (name: string, count: number): Promise<void> => {
    const store = await openStore(folder.storeUrl, storeMigrations);
    const pushes = Array.from({ length: count }, (_none, index) =>
      pushOf(inboundBodies(`${name}-${index}`).end),
    );
    await storePushes(store, pushes, [], someTimeMs);
    await store.close();
  };
  const countCalls = async (file = storeFile): Promise<number> => {
    const store = await openStore(`sqlite:${file}`, storeMigrations);
    const calls = await countRows(store, 'calls');
    await store.close();
    return calls;
  };
  const files = (): string[] => readdirSync(join(folder.path, 'data')).sort();
  /** The files of the old store, which the restore keeps beside the new one. */
  const asideOf = (name: string): string =>
    join(folder.path, 'data', files().find((file) => file.startsWith(`${name}.before-restore-`)) ?? 'none');

  it('backup copies a store into a file that only its owner can read, and restore puts it back', async () => {
    await addCalls('a', 30);
    writeFileSync(keyFile, `${keyA}\n`);
    const made = await folder.run('backup', [backup]);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toContain(backup);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    await addCalls('b', 5);
    const restored = await folder.run('restore', [backup]);
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(await countCalls()).toBe(30);
    expect(await countCalls(asideOf('jet.sqlite'))).toBe(35);
    expect(restored.stdout).toContain(asideOf('jet.sqlite'));
    expect(restored.stdout).toContain('that were ended since then are valid again');
  });

  it('a restore needs only the file on a new machine', async () => {
    await addCalls('a', 3);
    writeFileSync(keyFile, `${keyA}\n`);
    await folder.run('backup', [backup]);
    rmSync(join(folder.path, 'data'), { recursive: true });
    expect((await folder.run('restore', [backup])).code).toBe(0);
    expect(await countCalls()).toBe(3);
    expect(readFileSync(keyFile, 'utf8').trim()).toBe(keyA);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(files()).toEqual(['jet.sqlite', 'secret-key']);
  });

  it('a restore brings the key of the store back, and keeps the replaced key beside the old store', async () => {
    await addCalls('a', 1);
    writeFileSync(keyFile, keyA);
    await folder.run('backup', [backup]);
    expect(readFileSync(backup, 'latin1')).toContain(keyA);
    writeFileSync(keyFile, keyB);
    await folder.run('restore', [backup]);
    expect(readFileSync(keyFile, 'utf8').trim()).toBe(keyA);
    expect(readFileSync(asideOf('secret-key'), 'utf8')).toBe(keyB);
    expect(readFileSync(storeFile, 'latin1')).not.toContain(keyA);
  });

  it('a backup does not copy a SECRET_KEY from the settings, and a restore warns when another one is set', async () => {
    await addCalls('a', 1);
    const made = await folder.run('backup', [backup], { SECRET_KEY: keyA });
    expect(made.stdout).toContain('The backup does not hold SECRET_KEY');
    expect(readFileSync(backup, 'latin1')).not.toContain(keyA);
    const same = await folder.run('restore', [backup], { SECRET_KEY: keyA });
    expect(same.stdout).not.toContain('Warning');
    const other = await folder.run('restore', [backup], { SECRET_KEY: keyB });
    expect(other.code).toBe(0);
    expect(other.stdout).toContain('Warning: the backup was made under another SECRET_KEY');
    expect(existsSync(keyFile)).toBe(false);
  });

  it('a restore keeps the new key after a change of the key, and accepts the old one as the previous key', async () => {
    await addCalls('a', 1);
    writeFileSync(keyFile, keyA);
    const made = await folder.run('backup', [backup], { SECRET_KEY_PREVIOUS: keyB });
    expect(made.stdout).toContain('The backup does not hold SECRET_KEY_PREVIOUS');
    writeFileSync(keyFile, keyB);
    const restored = await folder.run('restore', [backup], { SECRET_KEY_PREVIOUS: keyA });
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(restored.stdout).not.toContain('Warning');
    expect(readFileSync(keyFile, 'utf8')).toBe(keyB);
  });

  it('a backup never replaces a file, and says when there is no store', async () => {
    const none = await folder.run('backup', [backup]);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('There is no store at');
    await addCalls('a', 1);
    writeFileSync(backup, 'of somebody');
    const there = await folder.run('backup', [backup]);
    expect(there).toMatchObject({ code: 1, stdout: '' });
    expect(there.stderr).toContain('exists already');
    expect(readFileSync(backup, 'utf8')).toBe('of somebody');
  });

  it('a backup of a damaged store leaves no partial copy', async () => {
    await addCalls('a', 200);
    const bytes = readFileSync(storeFile);
    bytes.fill(0xa5, Math.floor(bytes.length / 8192) * 4096, Math.floor(bytes.length / 8192) * 4096 + 4096);
    writeFileSync(storeFile, bytes);
    const { code, stderr } = await folder.run('backup', [backup]);
    expect(code).toBe(1);
    expect(stderr).toContain('damaged');
    expect(readdirSync(folder.path)).toEqual(['data']);
  });

  it('a backup names the tools of a database server, and the files to keep with the copy', async () => {
    for (const [url, tool] of [
      ['postgres://u@127.0.0.1:1/jet', 'pg_dump'],
      ['mysql://u@127.0.0.1:1/jet', 'mariadb-dump'],
    ] as const) {
      const { code, stderr } = await folder.run('backup', [backup], { DATABASE_URL: url });
      expect(code).toBe(1);
      expect(stderr).toContain(tool);
      expect(stderr).toContain('SECRET_KEY');
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect((await folder.run('restore', [backup], { DATABASE_URL: url })).code).toBe(1);
    }
  });

  /** Tries to restore from a file, and checks that nothing has changed. */
  const expectRefused = async (file: string, message: RegExp): Promise<void> => {
    const before = [files(), readFileSync(storeFile).toString('hex'), readFileSync(keyFile, 'utf8')];
    const { code, stdout, stderr } = await folder.run('restore', [file]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
    expect([files(), readFileSync(storeFile).toString('hex'), readFileSync(keyFile, 'utf8')]).toEqual(before);
  };

  describe('npm run restore', () => {
    beforeEach(async () => {
      await addCalls('a', 200);
      writeFileSync(keyFile, keyA);
    });

    it('a restore refuses a missing file', () => expectRefused(`${backup}x`, /There is no file/));

    it('a restore refuses a file that is not a database', async () => {
      writeFileSync(backup, 'A letter to somebody.\n'.repeat(100));
      await expectRefused(backup, /damaged/);
    });

    it('a restore refuses a database that is not a backup', async () => {
      const other = openDatabase(`sqlite:${backup}`);
      await other.knex.schema.createTable('customers', (table) => void table.increments());
      await other.close();
      await expectRefused(backup, /not a backup of a store/);
    });

    it.each([
      ['with a page of noise', (bytes: Buffer) => bytes.fill(0xa5, 8192, 12_288)],
      ['that was cut short', (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 2))],
    ])('a restore refuses a backup %s', async (_what, damage) => {
      await folder.run('backup', [backup]);
      writeFileSync(backup, damage(readFileSync(backup)));
      await expectRefused(backup, /damaged/);
    });

    it('a restore refuses a backup that a newer version made', async () => {
      await folder.run('backup', [backup]);
      const newer = openDatabase(`sqlite:${backup}`);
      await newer.knex(storeMigrationsTable).insert({ name: '9999-later', made_at: 1 });
      await newer.close();
      await expectRefused(backup, /newer version.*9999-later/);
    });

    it('a restore refuses while another process has the store open, but not afterwards', async () => {
      await folder.run('backup', [backup]);
      const open = await openStore(folder.storeUrl, storeMigrations);
      await open.reader.knex('calls').first();
      await expectRefused(backup, /has the store .* open.*Nothing was changed/);
      await storePushes(open, [pushOf(inboundBodies('still-stored').start)], [], someTimeMs);
      await open.close();
      expect((await folder.run('restore', [backup])).code).toBe(0);
    });

    it.each([
      ['whose first page is damaged', 0],
      ['with a damaged page', 8192],
    ])('a restore replaces a store %s with a backup', async (_what, from) => {
      await folder.run('backup', [backup]);
      const bytes = readFileSync(storeFile);
      bytes.fill(0xa5, from, from + 4096);
      writeFileSync(storeFile, bytes);
      writeFileSync(`${storeFile}-wal`, 'what is left of a log');
      // A port on which nothing answers.
      expect(await folder.run('restore', [backup], { PORT: '9' })).toMatchObject({ code: 0, stderr: '' });
      expect(await countCalls()).toBe(200);
      // The kind of its log is written into the first page of one that can be locked.
      const aside = readFileSync(asideOf('jet.sqlite'));
      expect(aside.subarray(from === 0 ? 0 : 100).equals(bytes.subarray(from === 0 ? 0 : 100))).toBe(true);
    });

    it('a restore refuses while a receiver answers, even if its store is too damaged to be locked', async () => {
      await folder.run('backup', [backup]);
      const bytes = readFileSync(storeFile);
      bytes.fill(0xa5, 0, 4096);
      writeFileSync(storeFile, bytes);
      const receiver = createServer((_request, response) => void response.end('{}')).listen(0, '127.0.0.1');
      await new Promise((resolve) => receiver.once('listening', resolve));
      const { port } = receiver.address() as AddressInfo;
      const { code, stderr } = await folder.run('restore', [backup], { PORT: String(port) });
      receiver.close();
      expect(code).toBe(1);
      expect(stderr).toContain(`A receiver answers on 127.0.0.1:${port}`);
      expect(readFileSync(storeFile).equals(bytes)).toBe(true);
      expect(files()).toEqual(['jet.sqlite', 'secret-key']);
    });

    it('an interrupted restore leaves either the old or the new store whole, whenever it is killed', async () => {
      await folder.run('backup', [backup]);
      await addCalls('b', 100);
      const [program, file] = builtCommand('restore');
      const found: number[] = [];
      for (let run = 0; run < 8; run += 1) {
        const { PATH } = process.env;
        const child = spawn(program, [file, backup], {
          cwd: folder.path,
          env: { PATH },
          stdio: 'ignore',
        });
        const exited = new Promise((resolve) => child.once('exit', resolve));
        // From the first write until the end.
        while (!existsSync(`${storeFile}.restoring`) && child.exitCode === null) await sleep(1);
        await sleep(run * 12);
        child.kill('SIGKILL');
        await exited;
        found.push(await countCalls());
        expect(readFileSync(keyFile, 'utf8').trim()).toBe(keyA);
      }
      expect(found.every((calls) => calls === 200 || calls === 300)).toBe(true);
      expect((await folder.run('restore', [backup])).code).toBe(0);
      expect(await countCalls()).toBe(200);
    });
  });
});
