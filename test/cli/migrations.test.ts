import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DialectName } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { storeMigrationsTable } from '../../src/store/store.ts';
import { schemaOf } from '../faults/servers/schema-of.ts';
import { engines, type Engine, type FreshDatabase } from '../fixtures/engines.ts';
import { inboundBodies } from '../fixtures/pushes.ts';
import {
  readFirstStart,
  startProcess,
  takeToken,
  type ReceiverProcess,
} from '../fixtures/receiver-process.ts';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';
import { sqlBlocks } from '../fixtures/sql-blocks.ts';
import { until } from '../fixtures/until.ts';
import { applyScript, missingClient } from '../fixtures/apply-script.ts';

const [lastStep = { name: '' }] = storeMigrations.slice(-1);
const accountHeading = 'An account that may not change the schema';

describe('npm run migrations', () => {
  let folder: CommandFolder;
  const frees: (() => unknown)[] = [];
  beforeEach(async () => {
    folder = await makeCommandFolder();
    frees.push(() => folder.remove());
  });
  afterEach(async () => {
    for (const free of frees.splice(0).reverse()) await free();
  });

  const freshOf = async (engine: Engine): Promise<FreshDatabase> => {
    const database = await engine.fresh();
    frees.push(() => database.drop());
    return database;
  };
  const settingsFor = (url: string): Record<string, string> => ({
    ...{ DATABASE_URL: url, REPORTING_DATABASE_URL: url, SECRET_KEY: 'a'.repeat(64) },
  });
  const start = (url: string): ReceiverProcess => {
    const receiver = startProcess(folder.path, settingsFor(url));
    frees.push(async () => {
      receiver.child.kill('SIGKILL');
      await receiver.exited;
    });
    return receiver;
  };

  it('npm run migrations prints every step without a database, and refuses what it does not know', async () => {
    const printed = await folder.run('migrations', ['--print', '--dialect', 'mariadb']);
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    for (const { name } of storeMigrations) expect(printed.stdout).toContain(`-- ${name}\n`);
    expect(printed.stdout).toContain('-- 0007-report-views\n');
    const store = await folder.run('migrations', ['--print', '--of', 'store']);
    expect(store.stdout).not.toContain('jet_calls');
    for (const wrong of [['--print', '--dialect', 'oracle'], ['--missing'], ['--of', 'calls']])
      expect(await folder.run('migrations', wrong)).toMatchObject({ code: 2, stdout: '' });
  });

  for (const engine of engines) {
    const cannot = missingClient(engine.dialect);
    const title = cannot === undefined ? engine.title : `${engine.title} (skipped: ${cannot})`;

    it.runIf(engine.given && cannot === undefined)(
      `npm run migrations prints SQL that makes the same schema as a start, on ${title}`,
      async () => {
        const made = await freshOf(engine);
        const printed = await freshOf(engine);
        const settings = settingsFor(printed.url);
        expect((await folder.run('migrations', [], settings)).stdout).toContain(
          `The store lacks ${storeMigrations.length} of ${storeMigrations.length} steps`,
        );
        const { stdout } = await folder.run('migrations', ['--print'], settings);
        applyScript(printed.url, engine.dialect, stdout);
        const first = start(made.url);
        await first.ready();
        // The worker makes the reporting table a moment later.
        const complete = await until(async () => {
          const shown = await folder.run('migrations', [], settingsFor(made.url));
          expect(shown.stdout).toMatch(/^The store has all.*\nThe reporting database has all/);
          return shown.stdout;
        });
        expect((await folder.run('migrations', [], settings)).stdout).toBe(complete);
        for (const table of [storeMigrationsTable, 'jet_reporting_migrations'])
          expect(await schemaOf(printed.url, engine.dialect, table)).toEqual(
            await schemaOf(made.url, engine.dialect, table),
          );
        const missing = await folder.run('migrations', ['--print', '--missing'], settings);
        expect(missing).toMatchObject({ code: 0, stdout: '' });
        expect(missing.stderr).toContain('The store has all steps.');
      },
    );

    it.runIf(engine.given && engine.dialect !== 'sqlite' && cannot === undefined)(
      `an account without the right to change the schema can start on a complete one, on ${title}`,
      async () => {
        const database = await freshOf(engine);
        const { stdout } = await folder.run('migrations', ['--print'], settingsFor(database.url));
        applyScript(database.url, engine.dialect, stdout);
        const limited = await makeAccount(engine, database, frees);
        const receiver = start(limited);
        const url = await receiver.ready();
        const { token } = await takeToken(url, await readFirstStart(folder.path));
        const answer = await fetch(`${url}/webhooks/jet`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(inboundBodies('limited').end),
        });
        expect(answer.status).toBe(200);
        const reader = openDatabase(limited);
        await until(async () => expect(await reader.knex('jet_calls').pluck('call_id')).toEqual(['limited']));
        await reader.close();
        receiver.child.kill('SIGTERM');
        await receiver.exited;

        await asAdministrator(database.url, [
          `DELETE FROM ${storeMigrationsTable} WHERE name = '${lastStep.name}'`,
          'DROP TABLE destination_notes',
        ]);
        const second = start(limited);
        expect(await second.exited).toBe(1);
        expect(second.output()).toContain(
          `The database account may not change the schema, and these steps are missing in it: ${lastStep.name}.`,
        );
        expect(second.output()).toContain('npm run --silent migrations -- --print --missing');

        const missing = await folder.run('migrations', ['--print', '--missing'], settingsFor(limited));
        expect(missing.stdout).toContain(`-- ${lastStep.name}`);
        expect(missing.stdout).not.toContain('-- 0001-initial');
        applyScript(database.url, engine.dialect, missing.stdout);
        const [, ...grants] = accountStatements(engine, database, new URL(limited).username);
        await asAdministrator(database.url, grants);
        await start(limited).ready();
      },
    );
  }
});

/** The statements of docs/databases.md that make an account without rights to the schema, for this database. */
function accountStatements({ dialect }: Engine, { name }: FreshDatabase, account: string): string[] {
  const [block] = sqlBlocks('databases.md').filter(
    ({ heading, dialects }) => heading === accountHeading && dialects.includes(dialect),
  );
  return (block?.sql ?? '')
    .replaceAll('jet_limited', account)
    .replaceAll('jet.*', `${name}.*`)
    .split(/;\s*/)
    .filter((statement) => statement !== '');
}

async function asAdministrator(url: string, statements: readonly string[]): Promise<void> {
  const administrator = openDatabase(url);
  try {
    for (const statement of statements) await administrator.knex.raw(statement);
  } finally {
    await administrator.close();
  }
}

/** Makes such an account, and returns the address with it. */
async function makeAccount(
  engine: Engine,
  database: FreshDatabase,
  frees: (() => unknown)[],
): Promise<string> {
  const account = database.name.replace('jet_test_', 'jet_limited_');
  await asAdministrator(database.url, accountStatements(engine, database, account));
  frees.push(() => asAdministrator(database.url, dropStatements[engine.dialect](account)));
  const url = new URL(database.url);
  url.username = account;
  url.password = 'choose-a-long-one';
  return url.href;
}

const dropStatements: Readonly<Record<DialectName, (account: string) => string[]>> = {
  sqlite: () => [],
  postgres: (account) => [`DROP OWNED BY ${account}`, `DROP ROLE ${account}`],
  mysql: (account) => [`DROP USER '${account}'@'%'`],
};
