import {
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { openExistingStore, openStore, type Store } from '../../src/store/store.ts';

describe('the file of an open store', () => {
  let folder: string;
  let file: string;
  let store: Store;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jet-test-'));
    file = join(folder, 'data', 'jet.sqlite');
    store = await openStore(`sqlite:${file}`, storeMigrations);
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const loss = (): string | undefined => store.writer.findLostFile()?.reason;

  it('the file of a store is in place at first, after many writes, after a checkpoint and after another process', async () => {
    expect(loss()).toBeUndefined();
    await store.writer.knex.raw('PRAGMA wal_checkpoint(TRUNCATE)');
    await store.writer.knex.raw('VACUUM');
    const other = await openExistingStore(`sqlite:${file}`, storeMigrations);
    await other.writer.knex('settings').insert({ name: 'x', value: 'y' });
    await other.close();
    expect([loss(), store.reader.findLostFile()]).toEqual([undefined, undefined]);
  });

  it.each<[string, () => Promise<void>]>([
    ['removed', () => unlink(file)],
    ['moved', () => rename(file, `${file}.old`)],
    [
      'replaced by a copy of it',
      async () => {
        await copyFile(file, `${file}.copy`);
        await rename(`${file}.copy`, file);
      },
    ],
    ['in a folder that was moved', () => rename(join(folder, 'data'), join(folder, 'elsewhere'))],
    [
      'in a folder that was replaced',
      async () => {
        await rename(join(folder, 'data'), join(folder, 'elsewhere'));
        await mkdir(join(folder, 'data'));
        await copyFile(join(folder, 'elsewhere', 'jet.sqlite'), file);
      },
    ],
    ['without its log', () => unlink(`${file}-wal`)],
    ['without its shared memory', () => unlink(`${file}-shm`)],
    [
      'beside another log',
      async () => {
        await unlink(`${file}-wal`);
        await writeFile(`${file}-wal`, '');
      },
    ],
  ])('the file of a store counts as lost when it is %s', async (_what, lose) => {
    await lose();
    expect(loss()).toMatch(/^\S+jet\.sqlite\S* was (?:moved or removed|replaced by another file) while/);
    expect(store.reader.findLostFile()?.reason).toBe(loss());
  });

  it.each<[string, () => Promise<void>]>([
    ['by an older copy', () => copyFile(`${file}.old`, file)],
    ['by nothing', () => writeFile(file, '')],
    ['by another text', () => writeFile(file, 'x'.repeat(9_000))],
  ])('the file of a store counts as lost when it is overwritten in place %s', async (_what, lose) => {
    const grow = async (name: string): Promise<void> => {
      await store.writer.knex('settings').insert({ name, value: name.repeat(20_000) });
      await store.writer.knex.raw('PRAGMA wal_checkpoint(FULL)');
    };
    await grow('one');
    await copyFile(file, `${file}.old`);
    await grow('two');
    expect(loss()).toBeUndefined();
    await lose();
    expect(loss()).toMatch(/jet\.sqlite was (?:emptied or written over|replaced by an older state) while/);
    // Also after SQLite has written further into it.
    await grow('three').catch(() => undefined);
    expect(store.writer.findLostFile()).toMatchObject({ isOverwritten: true });
  });

  it('the file of a store counts as lost when its log is emptied in place, before the next push is answered', async () => {
    await store.writer.knex.raw('PRAGMA wal_checkpoint(FULL)');
    await store.writer.knex('settings').insert({ name: 'before', value: '' });
    await writeFile(`${file}-wal`, '');
    await store.writer.knex('settings').insert({ name: 'x', value: 'y' });
    expect(loss()).toMatch(/jet\.sqlite-wal was emptied or written over while it is in use/);
    // Closing it would write the log's zeros into the file.
    await store.close();
    await copyFile(file, `${file}.kept`);
    const kept = openDatabase(`sqlite:${file}.kept`);
    expect(await kept.knex.raw('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    await kept.close();
  });

  it('the file of a store is in place beside an older log without a beginning', async () => {
    await store.close();
    await writeFile(`${file}-wal`, Buffer.alloc(40_000));
    store = await openStore(`sqlite:${file}`, storeMigrations);
    await store.writer.knex('settings').insert({ name: 'x', value: 'y' });
    expect(loss()).toBeUndefined();
  });

  it('the file of a store is in place again when the same file comes back', async () => {
    await rename(file, `${file}.old`);
    expect(loss()).toBeDefined();
    await rename(`${file}.old`, file);
    expect(loss()).toBeUndefined();
  });

  it('the file of a store counts as lost when a symbolic link at its path leads elsewhere', async () => {
    const path = join(folder, 'link.sqlite');
    await symlink(file, path);
    const linked = openDatabase(`sqlite:${path}`);
    await linked.knex('settings').first('name');
    expect(linked.findLostFile()).toBeUndefined();
    await unlink(path);
    // The same file under another name: a restart would look for its log under that name.
    await link(file, join(folder, 'alias.sqlite'));
    await symlink(join(folder, 'alias.sqlite'), path);
    expect(linked.findLostFile()).toMatchObject({ isLogOnly: true });
    await unlink(path);
    await copyFile(file, join(folder, 'other.sqlite'));
    await symlink(join(folder, 'other.sqlite'), path);
    expect(linked.findLostFile()).toMatchObject({ isLogOnly: false });
    await linked.close();
  });

  it('a reader that connects late never creates the file, and never opens another file at its path', async () => {
    const late = openDatabase(`sqlite:${file}`, 'read');
    await late.knex('settings').first('name');
    await unlink(file);
    const both = Promise.allSettled(
      [1, 2].map(() => late.knex.transaction((held) => held('settings').first('name'))),
    );
    expect((await both).filter(({ status }) => status === 'rejected').length).toBeLessThanOrEqual(1);
    await expect(readFile(file)).rejects.toThrow('ENOENT');
    await late.close();
    const never = openDatabase(`sqlite:${file}`, 'read');
    await expect(never.knex('settings').first('name')).rejects.toThrow();
    await expect(readFile(file)).rejects.toThrow('ENOENT');
    await never.close();
  });
});

describe('a missing store', () => {
  it('a missing store makes a command fail, and the command creates no file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jet-test-'));
    const file = join(folder, 'data', 'jet.sqlite');
    await expect(openExistingStore(`sqlite:${file}`, storeMigrations)).rejects.toMatchObject({
      message: `There is no store at ${file}.`,
      remedy: expect.stringContaining('npm start') as string,
    });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
    await rm(folder, { recursive: true });
  });
});
