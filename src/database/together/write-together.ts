import type { DialectName } from '../database.ts';
import type { WriteTogether } from './expected.ts';
import { writeTogetherOnPostgres } from './on-postgres.ts';
import { writeTogetherOnSqlite } from './on-sqlite.ts';

/** The ways to write rows of several tables in one statement. Undefined where there is none. */
export const writeTogether: Readonly<Record<DialectName, WriteTogether | undefined>> = {
  sqlite: writeTogetherOnSqlite,
  postgres: writeTogetherOnPostgres,
  mysql: undefined,
};
