import { existsSync } from 'node:fs';
import type { DialectName } from '../database/database.ts';
import { dialectOfUrl } from '../database/database-url.ts';
import { listMade } from '../database/migrate.ts';
import { openDatabase } from '../database/open-database.ts';
import { schemaScript, type Schema } from '../database/schema/schema-script.ts';
import { reportingMigrations, reportingMigrationsTable } from '../reporting/migrations/index.ts';
import { storeMigrations } from '../store/migrations/index.ts';
import { storeMigrationsTable } from '../store/store.ts';
import { createCommand, runCommand, UsageError } from './command-context.ts';
import { loadSettings } from './load-settings.ts';
import { print, printAside, printRaw } from './print.ts';

interface Flags {
  readonly print?: boolean;
  readonly missing?: boolean;
  readonly dialect?: string;
  readonly of?: string;
}

/** One of the two schemas, and the database in which the settings keep it. */
interface Part {
  readonly title: string;
  readonly setting: string;
  readonly schema: Schema;
  readonly url: string | undefined;
}

const dialectNames: Readonly<Record<string, DialectName>> = {
  sqlite: 'sqlite',
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
};

const command = createCommand(
  'migrations',
  'Shows which steps of the schema the databases have, or prints the steps as SQL for an administrator. Changes nothing.',
)
  .option('--print', 'print the SQL of all steps, for an empty database')
  .option('--missing', 'with --print: only the steps that the databases of the settings lack')
  .option('--dialect <name>', 'with --print: sqlite, postgres or mysql (default: as in the settings)')
  .option('--of <schema>', 'store or reporting (default: both)')
  .addHelpText(
    'after',
    `
The receiver makes its schema by itself at a start. Use --print where no program may change a schema.
The SQL also notes each step, so the next start finds nothing to do.

Examples:
  $ npm run --silent migrations -- --print | psql --set ON_ERROR_STOP=1 "$DATABASE_URL"
  $ npm run --silent migrations -- --print --of reporting --dialect mysql | mariadb jet
  $ npm run --silent migrations -- --print --missing > missing.sql
`,
  )
  .action(async (flags: Flags) => {
    const dialect = readDialect(flags);
    const parts = chooseParts(flags);
    if (flags.print !== true) {
      for (const part of parts) await showState(part);
      return;
    }
    for (const part of parts) await printScript(part, dialect, flags.missing === true);
  });

await runCommand(command);

function readDialect({ dialect, missing, print: isPrinting }: Flags): DialectName | undefined {
  if ((dialect ?? missing) !== undefined && isPrinting !== true)
    throw new UsageError('--dialect and --missing choose what is printed. Add --print.');
  if (dialect === undefined) return undefined;
  if (missing === true)
    throw new UsageError('--missing asks the databases of the settings. Leave --dialect out.');
  if (Object.hasOwn(dialectNames, dialect)) return dialectNames[dialect];
  throw new UsageError(`There is no dialect "${dialect}". The dialects are sqlite, postgres and mysql.`);
}

function chooseParts({ of: which, dialect }: Flags): Part[] {
  const settings = loadSettings();
  const reportingUrl = settings.adapters.get('sql')?.['REPORTING_DATABASE_URL'];
  const parts = {
    store: {
      ...{ title: 'store', setting: 'DATABASE_URL', url: settings.core.DATABASE_URL },
      schema: { table: storeMigrationsTable, migrations: storeMigrations },
    },
    reporting: {
      ...{ title: 'reporting database', setting: 'REPORTING_DATABASE_URL' },
      url: typeof reportingUrl === 'string' ? reportingUrl : undefined,
      schema: { table: reportingMigrationsTable, migrations: reportingMigrations },
    },
  } satisfies Record<string, Part>;
  if (which !== undefined && which !== 'store' && which !== 'reporting')
    throw new UsageError(`There is no schema "${which}". The schemas are store and reporting.`);
  const chosen = which === undefined ? [parts.store, parts.reporting] : [parts[which]];
  const usable = chosen.filter(({ url }) => url !== undefined || dialect !== undefined);
  if (usable.length === 0)
    throw new UsageError('There is no reporting database: ADAPTERS does not name sql. Add --dialect.');
  return usable;
}

async function showState({ title, schema, url }: Part): Promise<void> {
  const made = url === undefined ? undefined : await readMade(url, schema);
  const missing = schema.migrations.map(({ name }) => name).filter((name) => made?.includes(name) !== true);
  print(
    missing.length === 0
      ? `The ${title} has all ${schema.migrations.length} steps.`
      : `The ${title} lacks ${missing.length} of ${schema.migrations.length} steps: ${missing.join(', ')}.`,
  );
}

async function printScript(
  { title, setting, schema, url }: Part,
  given: DialectName | undefined,
  onlyMissing: boolean,
): Promise<void> {
  const dialect = given ?? (url === undefined ? undefined : dialectOfUrl(url));
  if (dialect === undefined) throw new UsageError(`${setting} names no database. Add --dialect.`);
  const made = onlyMissing && url !== undefined ? await readMade(url, schema) : undefined;
  const script = await schemaScript(dialect, schema, made);
  if (script === '') printAside(`The ${title} has all steps.`);
  else await printRaw(`-- The ${title} (${setting})\n${script}\n`);
}

/** The steps that a database has. Undefined when it has none, and when it is a file that is not there yet. */
async function readMade(url: string, { table }: Schema): Promise<string[] | undefined> {
  const database = openDatabase(url, 'inspect');
  try {
    if (database.file !== undefined && !existsSync(database.file)) return undefined;
    return await listMade(database.knex, table);
  } finally {
    await database.close();
  }
}
