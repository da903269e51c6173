// npm run test:databases: prints which databases are available, then runs the tests that use a database on them.
import { spawnSync } from 'node:child_process';
import { openDatabase } from '../src/database/open-database.ts';
import { ask } from './fixtures/ask.ts';

const parts = [
  'test/store',
  'test/reporting',
  'test/docs',
  'test/delivery',
  'test/cli/doctor.test.ts',
  'test/cli/migrations.test.ts',
  'test/app/housekeeping.test.ts',
  'adapters',
];
const servers = [
  { title: 'PostgreSQL', variable: 'TEST_POSTGRES_URL' },
  { title: 'MariaDB or MySQL', variable: 'TEST_MYSQL_URL' },
];

let unreachable = 0;
for (const { title, variable } of servers) {
  const url = process.env[variable] ?? '';
  if (url === '') {
    console.log(`${title}: ${variable} is not set, so nothing is tested on it.`);
    continue;
  }
  const database = openDatabase(url);
  try {
    const [row] = await ask<{ version: string }>(database, 'SELECT version() AS version');
    console.log(`${title}: ${row?.version ?? 'unknown version'}`);
  } catch (error) {
    unreachable += 1;
    const { code, message } = error as NodeJS.ErrnoException;
    console.error(`${title}: the server that ${variable} names cannot be used (${code ?? message}).`);
  } finally {
    await database.close();
  }
}
if (unreachable > 0) process.exit(1);
const arguments_ = ['vitest', 'run', ...(process.argv.length > 2 ? process.argv.slice(2) : parts)];
process.exit(spawnSync('npx', arguments_, { stdio: 'inherit' }).status ?? 1);
