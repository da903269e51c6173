import type { Knex } from 'knex';
import type { DialectName } from '../../database/database.ts';
import { MigrationBlocked, type Migration } from '../../database/migration.ts';
import { commentOn } from '../comments.ts';
import { reportSql } from './report-sql.ts';
import { reportViews } from './report-views.ts';

// PostgreSQL: another object depends on it.
const dependentObjects = '2BP01';

/**
 * The migration that makes all views of this version. When a view changes, add one more such migration with the next
 * number. Databases of an earlier version then make the views again.
 */
export function makeViews(number: number): Migration {
  return {
    name: `${String(number).padStart(4, '0')}-report-views`,
    async up(knex, database) {
      const grants = await readGrants(knex, database.dialect);
      await dropViews(knex);
      for (const { name, select, meaning, columns } of reportViews) {
        await knex.raw(`${creates[database.dialect]} ${name} AS ${select(reportSql[database.dialect])}`);
        await commentOn(knex, database, 'VIEW', name, meaning);
        for (const column of columns)
          await commentOn(knex, database, 'COLUMN', `${name}.${column.name}`, column.meaning);
      }
      for (const { view, grantee } of grants) await knex.raw(`GRANT SELECT ON ${view} TO ${grantee}`);
    },
  };
}

/**
 * Drops the views, so that a column that they use can change.
 *
 * @throws MigrationBlocked when somebody's own view reads one of them
 */
export async function dropViews(knex: Knex): Promise<void> {
  for (const { name } of [...reportViews].reverse()) {
    try {
      await knex.raw(`DROP VIEW IF EXISTS ${name}`);
    } catch (error) {
      if ((error as { code?: unknown }).code !== dependentObjects) throw error;
      throw new MigrationBlocked(
        `Another view reads the view ${name}, which must be made again.`,
        'Drop the views that use it (DROP VIEW), wait until calls land again, and make the views again.',
        { cause: error },
      );
    }
  }
}

// A MySQL view with the rights of its reader still works after the account that made it was removed.
const creates: Readonly<Record<DialectName, string>> = {
  sqlite: 'CREATE VIEW',
  postgres: 'CREATE VIEW',
  mysql: 'CREATE SQL SECURITY INVOKER VIEW',
};

interface Grant {
  readonly view: string;
  /** As SQL. */
  readonly grantee: string;
}

/** The accounts that may read the views. PostgreSQL forgets them when a view is dropped, and MySQL keeps them. */
async function readGrants(knex: Knex, dialect: DialectName): Promise<Grant[]> {
  if (grantQuestions[dialect] === undefined) return [];
  const names = reportViews.map(({ name }) => name);
  return knex
    .from(knex.raw(`(${grantQuestions[dialect]}) AS present`))
    .whereIn('view', names)
    .select<Grant[]>('view', 'grantee');
}

const grantQuestions: Readonly<Record<DialectName, string | undefined>> = {
  sqlite: undefined,
  postgres:
    "SELECT table_name AS view, CASE grantee WHEN 'PUBLIC' THEN 'PUBLIC' ELSE quote_ident(grantee) END AS grantee " +
    "FROM information_schema.role_table_grants WHERE table_schema = current_schema() AND privilege_type = 'SELECT' AND grantee <> current_user",
  mysql: undefined,
};
