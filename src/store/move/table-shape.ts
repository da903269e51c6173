import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Migration } from '../../database/migration.ts';
import { openDatabase } from '../../database/open-database.ts';
import { dialects } from '../../database/dialect.ts';
import { migrate } from '../../database/migrate.ts';

/**
 * The kinds of values that databases store differently. Times are texts, `YYYY-MM-DD HH:MM:SS.SSS`. JSON values are JSON
 * texts, and databases may order their keys differently.
 */
export type ColumnKind = 'text' | 'integer' | 'boolean' | 'bytes' | 'instant' | 'local' | 'date' | 'json';

export interface ColumnShape {
  readonly name: string;
  readonly kind: ColumnKind;
}

export interface TableShape {
  readonly name: string;
  readonly columns: readonly ColumnShape[];
  /** The columns of the primary key, in its order. */
  readonly key: readonly string[];
}

interface TableInfo {
  readonly name: string;
  readonly type: string;
  /** The position in the primary key, or 0 for other columns. */
  readonly pk: number;
}

const migrationsTable = 'steps';

/**
 * The tables of a schema. They are read from an empty database after its migrations, so tables of later migrations are
 * included.
 *
 * @param kindOf gives the kind of a column where SQLite's declared type is not specific enough
 * @throws Error when a table has no primary key
 */
export async function readTableShapes(
  migrations: readonly Migration[],
  kindOf: (table: string, column: string) => ColumnKind | undefined = () => undefined,
): Promise<TableShape[]> {
  const folder = await mkdtemp(join(tmpdir(), 'jet-schema-'));
  const database = openDatabase(`sqlite:${join(folder, 'schema.sqlite')}`);
  try {
    await migrate(database, migrationsTable, migrations);
    const rows = await database.knex.raw<{ name: string }[]>(dialects[database.dialect].listTables);
    const shapes: TableShape[] = [];
    for (const { name } of rows.filter((row) => row.name !== migrationsTable)) {
      const columns = await database.knex.raw<TableInfo[]>(`PRAGMA table_info(${name})`);
      const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
      if (key.length === 0) throw new Error(`The table ${name} has no primary key.`);
      shapes.push({
        name,
        columns: columns.map((column) => ({
          name: column.name,
          kind: kindOf(name, column.name) ?? kindOfType(column.type),
        })),
        key: key.map((column) => column.name),
      });
    }
    return shapes;
  } finally {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Error for a type that no column of the kit had when this was written */
function kindOfType(declared: string): ColumnKind {
  const type = declared.toLowerCase();
  if (/^(?:varchar|char|text|mediumtext|longtext)/.test(type)) return 'text';
  if (/^(?:integer|int|bigint|smallint|tinyint)/.test(type)) return 'integer';
  if (/^bool/.test(type)) return 'boolean';
  if (/blob/.test(type)) return 'bytes';
  throw new Error(`A column of the type ${declared} cannot be moved: table-shape.ts does not know it.`);
}
