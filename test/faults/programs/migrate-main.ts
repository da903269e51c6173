// Migrates a schema, and ends the process with signal 9 before the statement with the given number.
import { reportingMigrations } from '../../../src/reporting/migrations/index.ts';
import { storeMigrations } from '../../../src/store/migrations/index.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { storeMigrationsTable } from '../../../src/store/store.ts';
import type { Database } from '../../../src/database/database.ts';

const [schema = '', url = '', endsAt = '0'] = process.argv.slice(2);
let statements = 0;

function counted(database: Database): Database {
  database.knex.on('query', () => {
    statements += 1;
    if (statements === Number(endsAt)) process.kill(process.pid, 'SIGKILL');
  });
  return { ...database, openPatiently: () => counted(database.openPatiently()) };
}

const database = counted(openDatabase(url));
await (schema === 'store'
  ? migrate(database, storeMigrationsTable, storeMigrations)
  : migrate(database, 'jet_reporting_migrations', reportingMigrations));
await database.close();
process.stdout.write(`${statements}\n`);
