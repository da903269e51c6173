import type { Knex } from 'knex';
import type { DialectName } from '../database.ts';
import { dialects } from '../dialect.ts';
import { createMigrationsTable } from '../migrate.ts';
import type { Migration } from '../migration.ts';
import { recordStatements } from './record-statements.ts';

/** A list of migrations. The table records which of them a database has. */
export interface Schema {
  readonly table: string;
  readonly migrations: readonly Migration[];
}

/**
 * The SQL that brings a database up to date, for places where no program may change a schema. It also notes each step, so a
 * start finds nothing to do.
 *
 * @param made the names of the steps that the database has. Undefined: it is empty
 */
export async function schemaScript(
  dialect: DialectName,
  { table, migrations }: Schema,
  made: readonly string[] | undefined,
): Promise<string> {
  const recorder = recordStatements(dialect);
  const lines: string[] = [];
  await createMigrationsTable(recorder.knex, table);
  if (made === undefined) lines.push(...recorder.take().map(ended), '');
  else recorder.take();
  for (const migration of migrations) {
    // A recorder has no transactions, so every statement is recorded unchanged.
    await migration.up(recorder.knex as unknown as Knex.Transaction, { dialect, traits: dialects[dialect] });
    await recorder.knex(table).insert({ name: migration.name, made_at: Date.now() });
    const statements = recorder.take().map(ended);
    if (made?.includes(migration.name) !== true)
      lines.push(`-- ${migration.name}`, ...wholeOrNothing(dialect, statements), '');
  }
  return lines.length === 0 ? '' : [...beginnings[dialect], '', ...lines].join('\n');
}

// The values are text in UTF-8. The rules are those of the receiver's own connections.
const beginnings: Readonly<Record<DialectName, readonly string[]>> = {
  sqlite: [],
  postgres: ["SET client_encoding = 'UTF8';"],
  mysql: [
    'SET NAMES utf8mb4;',
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO';",
  ],
};

function wholeOrNothing(dialect: DialectName, statements: readonly string[]): readonly string[] {
  return dialects[dialect].transactionalSchema ? ['BEGIN;', ...statements, 'COMMIT;'] : statements;
}

function ended(statement: string): string {
  return `${statement.trim().replace(/;$/, '')};`;
}
