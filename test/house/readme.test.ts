import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportingMigrations } from '../../src/reporting/migrations/index.ts';
import { adapters } from '../../adapters/index.ts';
import { coreSchema } from '../../src/config/core-schema.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { readDocuments } from '../fixtures/documents.ts';
import { engines } from '../fixtures/engines.ts';
import { reportingRow, writeRows } from '../fixtures/reporting-rows.ts';
import { root } from './source-files.ts';

const texts = readDocuments();
const readme = texts.find(({ name }) => name === 'README.md')?.text ?? '';
const operations = texts.find(({ name }) => name === 'docs/operations.md')?.text ?? '';
const scripts = Object.keys(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
    .scripts,
);

describe('the README', () => {
  it('the documents name only commands that exist', () => {
    const named = texts.flatMap(({ text }) =>
      [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name ?? ''),
    );
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it('the README, docs/operations.md or CONTRIBUTING.md names every command', () => {
    const contributing = texts.find(({ name }) => name === 'CONTRIBUTING.md')?.text ?? '';
    const missing = scripts.filter((name) => !['prestart', 'start', 'test', 'build'].includes(name));
    const all = `${readme}${operations}${contributing}`;
    expect(missing.filter((name) => !all.includes(`npm run ${name}`))).toEqual([]);
  });

  it('the shipped examples name only commands that exist', () => {
    const files = readdirSync(join(root, 'docs/deploy'));
    const entries = files.flatMap((file) =>
      [...readFileSync(join(root, 'docs/deploy', file), 'utf8').matchAll(/dist\/(src\/[\w/-]+)\.js/g)].map(
        ([, entry]) => `${entry ?? ''}.ts`,
      ),
    );
    expect(entries.length).toBeGreaterThan(1);
    expect(entries.filter((entry) => !existsSync(join(root, entry)))).toEqual([]);
  });

  it('the README and docs/operations.md name only settings that exist', () => {
    const known = [
      ...Object.keys(coreSchema.shape),
      ...adapters.flatMap((adapter) => Object.keys(adapter.configSchema.shape)),
    ];
    // The two variables of the script for the first call, and one that the C library reads.
    const others = ['CLIENT_ID', 'CLIENT_SECRET', 'MALLOC_ARENA_MAX'];
    const named = [...`${readme}${operations}`.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)].map(
      ([, name]) => name ?? '',
    );
    expect(named.filter((name) => !known.includes(name) && !others.includes(name))).toEqual([]);
  });

  it('the README shows SQL that the reporting table understands', async () => {
    const sql = /```sql\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const [sqlite] = engines;
    const fresh = await sqlite?.fresh();
    if (fresh === undefined) throw new Error('SQLite is always there');
    const database = openDatabase(fresh.url);
    try {
      await migrate(database, 'jet_reporting_migrations', reportingMigrations);
      const started = '2026-11-22T01:00:00Z';
      await writeRows(database, [reportingRow('a', started), reportingRow('b', started)]);
      const rows = await database.knex.raw<unknown[]>(sql);
      expect(rows).toEqual([{ local_date: '2026-11-22', status: 'answered', calls: 2 }]);
    } finally {
      await database.close();
      await fresh.drop();
    }
  });
});
