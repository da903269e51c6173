import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { reportingMigrations, reportingMigrationsTable } from '../../../src/reporting/migrations/index.ts';
import { builtCommand } from '../../fixtures/built-command.ts';
import { engines, type FreshDatabase } from '../../fixtures/engines.ts';
import { reportingRow, writeRows } from '../../fixtures/reporting-rows.ts';
import { makeCommandFolder, type CommandFolder, type CommandResult } from '../../fixtures/run-command.ts';
import { knownCalls } from '../../reporting/views/known-calls.ts';

const command = 'export/export';

for (const engine of engines) {
  describe.skipIf(!engine.given)(`npm run export on ${engine.title}`, () => {
    let fresh: FreshDatabase;
    let database: Database;
    let folder: CommandFolder;

    beforeEach(async () => {
      folder = await makeCommandFolder();
      fresh = await engine.fresh();
      database = openDatabase(fresh.url);
      await migrate(database, reportingMigrationsTable, reportingMigrations);
      await writeRows(database, [
        ...knownCalls,
        reportingRow('odd', '2026-07-09T09:00:00.120+10:00', {
          ...{ service_name: '=cmd|x', queue_name: 'a "b", c', counterpart_e164: '+61400000042' },
          ...{ internal_referrer: true, gclid: 'EAIaIQobChMI_odd-1', duration_seconds: 75 },
          attributes: '{"b":[1,2],"a":"ü"}',
        }),
        reportingRow('formula', '2026-07-09T10:00:00+10:00', {
          ...{ gclid: '=HYPERLINK("x")', counterpart_e164: '+61400000043', duration_seconds: 75 },
        }),
      ]);
    });

    afterEach(async () => {
      await database.close();
      await fresh.drop();
      await folder.remove();
    });

    const run = (...args: string[]): Promise<CommandResult> =>
      folder.run(command, args, { REPORTING_DATABASE_URL: fresh.url });
    const read = (file: string): string => readFileSync(join(folder.path, file), 'utf8');

    it('npm run export writes a view as CSV to standard output, within a period', async () => {
      const { code, stdout } = await run('--view', 'jet_daily', '--from', '2026-07-06', '--to', '2026-07-07');
      expect(code).toBe(0);
      expect(stdout).toBe(
        'local_date,offered,answered,caller_abandon,short_abandon,system_abandon,missed,busy,failed\r\n' +
          '2026-07-06,274,162,36,24,22,18,8,4\r\n' +
          '2026-07-07,0,0,0,0,0,0,0,0\r\n',
      );
    });

    it('npm run export makes cells harmless that a spreadsheet would run', async () => {
      const args = ['--columns', 'call_id,service_name,queue_name,counterpart_e164', '--from', '2026-07-09'];
      const { stdout } = await run('--to', '2026-07-09', ...args);
      expect(stdout.split('\r\n')).toContain(`odd,'=cmd|x,"a ""b"", c",'+61400000042`);
    });

    it('npm run export writes every call of the table as JSON', async () => {
      const { code, stderr } = await run('--out', 'calls.json');
      expect([code, stderr]).toEqual([0, expect.stringContaining('364 rows in calls.json.')]);
      const rows = JSON.parse(read('calls.json')) as Record<string, unknown>[];
      expect(rows).toHaveLength(364);
      expect(rows.find((row) => row['call_id'] === 'odd')).toMatchObject({
        started_at_utc: '2026-07-08T23:00:00.120Z',
        started_at_local: '2026-07-09T09:00:00.120',
        ...{ local_date: '2026-07-09', internal_referrer: true, attributes: { b: [1, 2], a: 'ü' } },
      });
    });

    it('npm run export writes Parquet that DuckDB reads with the right types', async () => {
      const { code } = await run('--out', 'calls.parquet');
      expect(code).toBe(0);
      const duck = await (await DuckDBInstance.create(':memory:')).connect();
      const file = join(folder.path, 'calls.parquet');
      const described = await duck.runAndReadAll(`DESCRIBE SELECT * FROM '${file}'`);
      const types = Object.fromEntries(
        described.getRows().map(([name, type]): [string, unknown] => [String(name), type]),
      );
      expect(types).toMatchObject({
        started_at_utc: 'TIMESTAMP WITH TIME ZONE',
        started_at_local: 'TIMESTAMP',
        local_date: 'DATE',
        duration_seconds: 'BIGINT',
        internal_referrer: 'BOOLEAN',
        call_id: 'VARCHAR',
        attributes: 'VARCHAR',
      });
      const read = await duck.runAndReadAll(
        `SELECT epoch_ms(started_at_utc)::VARCHAR, started_at_local::VARCHAR, local_date::VARCHAR, internal_referrer, json_extract_string(attributes, '$.a')
         FROM '${file}' WHERE call_id = 'odd'`,
      );
      expect(read.getRows()).toEqual([
        [String(Date.UTC(2026, 6, 8, 23, 0, 0, 120)), '2026-07-09 09:00:00.12', '2026-07-09', true, 'ü'],
      ]);
      const count = await duck.runAndReadAll(
        `SELECT COUNT(*)::INTEGER, SUM(duration_seconds)::INTEGER FROM '${file}'`,
      );
      const [row] = await database.knex('jet_calls').sum({ seconds: 'duration_seconds' });
      expect(count.getRows()).toEqual([[364, Number((row as { seconds: unknown }).seconds)]]);
    });

    it("npm run export writes Google's file of clicks, and omits an id that is not a Google click id", async () => {
      const { code, stderr } = await run(
        '--gclid',
        '--from',
        '2026-07-09',
        '--to',
        '2026-07-09',
        '--out',
        'clicks.csv',
      );
      expect(code).toBe(0);
      expect(read('clicks.csv')).toBe(
        'Parameters:TimeZone=+0000\r\nGoogle Click ID,Conversion Name,Conversion Time\r\n' +
          'EAIaIQobChMI_odd-1,Phone call,2026-07-08 23:00:00+0000\r\n',
      );
      expect(stderr).toContain('not exported, because their ids are not Google click ids: 1.');
    });
  });
}

describe('the file of npm run export', () => {
  let folder: CommandFolder;
  let url: string;

  beforeEach(async () => {
    folder = await makeCommandFolder();
    url = `sqlite:${join(folder.path, 'reporting.sqlite')}`;
    const database = openDatabase(url);
    await migrate(database, reportingMigrationsTable, reportingMigrations);
    await writeRows(database, knownCalls);
    await database.close();
  });

  afterEach(() => folder.remove());

  const run = (...args: string[]): Promise<CommandResult> =>
    folder.run(command, args, { REPORTING_DATABASE_URL: url });

  it('an existing file of npm run export is refused, and replaced with --force', async () => {
    const file = join(folder.path, 'days.csv');
    writeFileSync(file, 'mine');
    const refused = await run('--view', 'jet_daily', '--out', 'days.csv');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('exists already. Give another name, or --force to replace it.');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await run('--view', 'jet_daily', '--out', 'days.csv', '--force')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('2026-07-06,274');
  });

  it('an interrupted export leaves no file', async () => {
    const [program, script] = builtCommand(command);
    const child = spawn(program, [script, '--out', 'calls.csv'], {
      cwd: folder.path,
      env: { PATH: process.env['PATH'], REPORTING_DATABASE_URL: url },
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    // The part file shows that the export has begun.
    while (!readdirSync(folder.path).some((name) => name.endsWith('.part')) && child.exitCode === null)
      await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGTERM');
    const code = await ended;
    const files = readdirSync(folder.path).filter((name) => name.includes('calls.csv'));
    // It can also have finished before the signal: then the file is whole.
    if (code === 0) expect(files).toEqual(['calls.csv']);
    else expect([code, files]).toEqual([130, []]);
  });

  it('a mistyped word makes no file: the nearest word is shown, with exit code 2', async () => {
    const { code, stderr } = await run('--view', 'jet_dayly');
    expect(code).toBe(2);
    expect(stderr).toContain('There is no view "jet_dayly". Did you mean jet_daily?');
  });

  it('npm run export needs an existing reporting database, and creates none', async () => {
    const missing = await folder.run(command, ['--view', 'jet_daily'], {
      REPORTING_DATABASE_URL: `sqlite:${join(folder.path, 'none.sqlite')}`,
    });
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('The first start of the receiver makes it');
    expect(readdirSync(folder.path)).not.toContain('none.sqlite');
  });
});
