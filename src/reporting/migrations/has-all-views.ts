import type { Database } from '../../database/database.ts';
import { reportingMigrations, reportingMigrationsTable } from './index.ts';

/** False while the reporting database was made by another version, or not yet. */
export async function hasAllViews({ knex }: Pick<Database, 'knex'>): Promise<boolean> {
  const made = (await knex.schema.hasTable(reportingMigrationsTable))
    ? await knex(reportingMigrationsTable).pluck<string[]>('name')
    : [];
  return reportingMigrations.every(({ name }) => made.includes(name));
}
