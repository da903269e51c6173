import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { StoreUnusable } from '../../src/database/store-unusable.ts';
import { checkStore, openStore, storeMigrationsTable } from '../../src/store/store.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { engines } from '../fixtures/engines.ts';
import { countRows, openFreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';

const isRoot = process.getuid?.() === 0;

describe('opening a store in a file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jet-test-'));
    file = join(folder, 'store.sqlite');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const makeStore = async (): Promise<void> => {
    const store = await openStore(`sqlite:${file}`, storeMigrations);
    const pushes = Array.from({ length: 200 }, (_none, index) =>
      pushOf(inboundBodies(`call-${index}`).start),
    );
    await storePushes(store, pushes, [], someTimeMs);
    await store.close();
  };

  const refusal = async (): Promise<StoreUnusable> => {
    const error: unknown = await openStore(`sqlite:${file}`, storeMigrations).then(
      (store) => store.close().then(() => new Error('The store was opened')),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StoreUnusable);
    return error as StoreUnusable;
  };

  /** Opens a file that must be refused, and checks that it has not changed. */
  const expectRefusal = async (): Promise<StoreUnusable> => {
    const before = await readFile(file);
    const unusable = await refusal();
    expect(unusable.remedy).not.toBe('');
    expect((await readFile(file)).equals(before)).toBe(true);
    await expect(checkStore(`sqlite:${file}`)).rejects.toThrow();
    expect((await readFile(file)).equals(before)).toBe(true);
    return unusable;
  };

  it('a missing store and its folder are created', async () => {
    file = join(folder, 'deep', 'er', 'store.sqlite');
    const store = await openStore(`sqlite:${file}`, storeMigrations);
    expect(await countRows(store, 'calls')).toBe(0);
    await store.close();
  });

  it('a store is opened again with its content', async () => {
    await makeStore();
    const store = await openStore(`sqlite:${file}`, storeMigrations);
    expect(await countRows(store, 'calls')).toBe(200);
    await store.close();
  });

  it('a store whose process was killed is opened with all committed data', async () => {
    const store = await openStore(`sqlite:${file}`, storeMigrations);
    await storePushes(store, [pushOf(inboundBodies('kept').start)], [], someTimeMs);
    const copy = join(folder, 'copy.sqlite');
    await writeFile(copy, await readFile(file));
    await writeFile(`${copy}-wal`, await readFile(`${file}-wal`));
    await store.close();
    const recovered = await openStore(`sqlite:${copy}`, storeMigrations);
    expect(await countRows(recovered, 'pushes')).toBe(1);
    await recovered.close();
  });

  it('one store is made when two processes start at once', async () => {
    const stores = await Promise.all([1, 2].map(() => openStore(`sqlite:${file}`, storeMigrations)));
    await Promise.all(stores.map((store) => store.close()));
  });

  it('a file whose header is damaged is refused', async () => {
    await makeStore();
    const bytes = await readFile(file);
    bytes.fill(0x5a, 0, 64);
    await writeFile(file, bytes);
    expect((await expectRefusal()).message).toContain('damaged');
  });

  it('a file with a page overwritten in the middle is refused', async () => {
    await makeStore();
    const bytes = await readFile(file);
    const middle = Math.floor(bytes.length / 4096 / 2) * 4096;
    bytes.fill(0xa5, middle, middle + 4096);
    await writeFile(file, bytes);
    expect((await expectRefusal()).message).toContain('damaged');
  });

  it.each([3, 0.5])('a shortened file is refused (to %d of its length or bytes)', async (part) => {
    await makeStore();
    const { length } = await readFile(file);
    await truncate(file, part < 1 ? Math.floor(length * part) : part);
    expect((await expectRefusal()).message).toContain('damaged');
  });

  it('an empty file is refused', async () => {
    await writeFile(file, '');
    expect((await expectRefusal()).message).toContain('empty');
  });

  it('no store is created when only the log of one is left, and the log stays', async () => {
    await writeFile(`${file}-wal`, 'what was committed last');
    expect((await refusal()).message).toContain('its log');
    await expect(checkStore(`sqlite:${file}`)).rejects.toThrow(/its log/);
    expect(await readFile(`${file}-wal`, 'utf8')).toBe('what was committed last');
    // An empty log holds nothing.
    await truncate(`${file}-wal`);
    await (await openStore(`sqlite:${file}`, storeMigrations)).close();
  });

  it('a file that is not a database is refused', async () => {
    await writeFile(file, 'A letter to somebody.\n'.repeat(100));
    expect((await expectRefusal()).message).toContain('damaged');
  });

  it('a folder in the place of the file is refused', async () => {
    await mkdir(file);
    expect((await refusal()).remedy).not.toBe('');
  });

  it.each(['DELETE', 'WAL'])(
    'the database of another program is refused, in journal mode %s',
    async (mode) => {
      const other = openDatabase(`sqlite:${file}`);
      await other.knex.raw(`PRAGMA journal_mode = ${mode}`);
      await other.knex.schema.createTable('customers', (table) => void table.increments());
      await other.close();
      expect((await expectRefusal()).message).toContain('another program');
    },
  );

  it('a store of a newer version is refused, and its tables do not change', async () => {
    await makeStore();
    const newer = openDatabase(`sqlite:${file}`);
    await newer.knex(storeMigrationsTable).insert({ name: '9999-from-the-future', made_at: 1 });
    await newer.close();
    const before = await readFile(file);
    expect((await refusal()).message).toContain('9999-from-the-future');
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  it.skipIf(isRoot).each([0o000, 0o400])(
    'a file that cannot be read and written is refused (mode %i; not run as root)',
    async (mode) => {
      await makeStore();
      await chmod(file, mode);
      expect((await refusal()).remedy).toContain('right');
      await chmod(file, 0o600);
      await checkStore(`sqlite:${file}`);
    },
  );

  it.skipIf(!existsSync('/proc/locks'))(
    'an inspection beside an open store leaves its locks on the file (only where there is /proc/locks)',
    async () => {
      await makeStore();
      const store = await openStore(`sqlite:${file}`, storeMigrations);
      const locks = async (): Promise<number> => {
        const held = await readFile('/proc/locks', 'utf8');
        const { ino } = statSync(file);
        return held.split('\n').filter((line) => line.includes(`:${ino} `)).length;
      };
      await store.writer.knex('calls').first();
      const before = await locks();
      await checkStore(`sqlite:${file}`);
      expect(before).toBeGreaterThan(0);
      expect(await locks()).toBe(before);
      await store.close();
    },
  );

  it('an inspection changes nothing', async () => {
    await makeStore();
    const before = await readFile(file);
    await checkStore(`sqlite:${file}`);
    expect((await readFile(file)).equals(before)).toBe(true);
  });
});

for (const engine of engines) {
  describe.skipIf(!engine.given)(`opening a store on ${engine.title}`, () => {
    it('a store of a newer version is refused on every database', async () => {
      const fresh = await openFreshStore(engine);
      await fresh.store.writer
        .knex(storeMigrationsTable)
        .insert({ name: '9999-from-the-future', made_at: 1 });
      const error: unknown = await openStore(fresh.url, storeMigrations).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(StoreUnusable);
      await fresh.close();
    });

    it('one schema is made when three processes start at once', async () => {
      const database = await engine.fresh();
      const { url } = database;
      const stores = await Promise.all([1, 2, 3].map(() => openStore(url, storeMigrations)));
      expect(await stores[0]?.reader.knex(storeMigrationsTable).pluck('name')).toEqual(
        storeMigrations.map(({ name }) => name),
      );
      await Promise.all(stores.map((store) => store.close()));
      await database.drop();
    });

    it('a store can be closed twice', async () => {
      const fresh = await openFreshStore(engine);
      await fresh.store.close();
      await fresh.close();
    });
  });
}
