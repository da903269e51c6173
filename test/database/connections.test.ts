import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import { createAdapter } from '../../src/app/create-adapter.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import type { Database } from '../../src/database/database.ts';
import { adapterSurroundings } from '../fixtures/adapter-surroundings.ts';
import { ask } from '../fixtures/ask.ts';
import { builtTestProcess } from '../fixtures/built-command.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../fixtures/fresh-store.ts';

const [sqlite] = engines;
const canTrace = spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0;

/** The settings that a connection reports, by name. */
async function pragmas(database: Database): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const name of ['synchronous', 'journal_mode', 'foreign_keys', 'trusted_schema', 'query_only']) {
    const [row] = await ask(database, `PRAGMA ${name}`);
    found[name] = row?.[name];
  }
  const [busy] = await ask<{ timeout: number }>(database, 'PRAGMA busy_timeout');
  return { ...found, busy_timeout: busy?.timeout };
}

const durable = {
  synchronous: 2,
  journal_mode: 'wal',
  foreign_keys: 1,
  trusted_schema: 0,
  busy_timeout: 5000,
};

describe('a connection to SQLite', () => {
  let fresh: FreshStore;
  beforeAll(async () => {
    if (sqlite !== undefined) fresh = await openFreshStore(sqlite);
  });
  afterAll(() => fresh.close());

  it('a connection for the writer syncs at each commit, keeps a log, checks keys and waits for a lock', async () => {
    expect(await pragmas(fresh.store.writer)).toEqual({ ...durable, query_only: 0 });
  });

  it('a connection for the reader has the same settings, and refuses to write', async () => {
    expect(await pragmas(fresh.store.reader)).toEqual({ ...durable, query_only: 1 });
    await expect(fresh.store.reader.knex('settings').insert({ name: 'x', value: 'y' })).rejects.toThrow();
  });

  it('a connection for the reader answers during a long report', async () => {
    const { knex } = fresh.store.reader;
    const ended: string[] = [];
    const report = knex
      .raw(
        'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000000) SELECT max(x) FROM n',
      )
      .then(() => ended.push('report'));
    await knex('settings').select('name');
    ended.push('lookup');
    await report;
    expect(ended).toEqual(['lookup', 'report']);
  });

  it('a connection has the same settings when a store is opened again', async () => {
    const again = await fresh.openAgain();
    expect(await pragmas(again.writer)).toEqual({ ...durable, query_only: 0 });
  });

  it('a connection has the same settings when an adapter opens it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jet-test-'));
    let opened: Database | undefined;
    const [definition] = adapters;
    if (definition === undefined) throw new Error('There is no adapter');
    const adapter = createAdapter(
      {
        ...definition,
        create(config, tools) {
          opened = tools.openDatabase(`sqlite:${join(folder, 'reporting.sqlite')}`);
          return definition.create(config, tools);
        },
      },
      { REPORTING_DATABASE_URL: `sqlite:${join(folder, 'other.sqlite')}` },
      adapterSurroundings(),
    );
    if (opened === undefined) throw new Error('The adapter opened nothing');
    expect(await pragmas(opened)).toEqual({ ...durable, query_only: 0 });
    await opened.close();
    await adapter.close();
    await rm(folder, { recursive: true });
  });

  it('a connection can never write when it is opened for an inspection', async () => {
    const inspecting = openDatabase(fresh.url, 'inspect');
    await inspecting.knex.raw('PRAGMA query_only = OFF');
    await expect(inspecting.knex('settings').insert({ name: 'x', value: 'y' })).rejects.toThrow();
    await inspecting.close();
  });

  it.skipIf(!canTrace)('a connection syncs at least once for each commit (counted by strace)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jet-test-'));
    const countSyncs = async (commits: number): Promise<number> => {
      const trace = join(folder, `trace-${commits}`);
      await promisify(execFile)('strace', [
        ...['-f', '-e', 'trace=fsync,fdatasync', '-o', trace],
        ...builtTestProcess('test/fixtures/commit-pushes.ts'),
        `sqlite:${join(folder, `${commits}.sqlite`)}`,
        String(commits),
      ]);
      return (await readFile(trace, 'utf8')).split('\n').filter((line) => /f(?:data)?sync\(/.test(line))
        .length;
    };
    const [without, withCommits] = [await countSyncs(0), await countSyncs(25)];
    expect(withCommits - without).toBeGreaterThanOrEqual(25);
    await rm(folder, { recursive: true });
  });
});

describe('a database URL', () => {
  it('a database URL of an unknown kind is refused', () => {
    expect(() => openDatabase('oracle://somewhere')).toThrow(TypeError);
  });
});
