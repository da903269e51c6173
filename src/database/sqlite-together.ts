import type { Knex } from 'knex';
import type { Upsert } from './database.ts';
import { dialects } from './dialect.ts';
import { conflictText } from './upsert.ts';

/** The expected values of a column, as read before: the key with the value, or null where there was no row. */
export interface Expected {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  readonly rows: readonly (readonly [key: string, value: number | null])[];
  /** Keys that must have no row. */
  readonly absent?: { readonly table: string; readonly key: string; readonly values: readonly string[] };
}

export interface UpsertTogether extends Upsert {
  /** Only updates existing rows and inserts none. */
  readonly existingOnly?: boolean;
}

const changedMeanwhile = 'changed meanwhile';

/**
 * Writes rows of several tables in one statement, which is its own transaction: all or nothing, and synced. Each statement
 * is a round trip through SQLite's threads, which costs as much as several pushes.
 *
 * The statement inserts one row into a temporary view, whose trigger writes the rows. The rows come as JSON. The texts of
 * JSON columns and binary columns come in one additional value, so that they are not escaped and parsed again.
 * Why: docs/decisions/databases.md
 *
 * @param name the view's name; use the same name for the same tables and columns
 * @returns false when a value is not as expected, or a key has a row that must have none; then nothing was written
 */
export async function upsertTogether(
  knex: Knex,
  name: string,
  expected: Expected,
  upserts: readonly UpsertTogether[],
): Promise<boolean> {
  const large = createLargeValues();
  const rows = upserts.map((upsert) => JSON.stringify(withLargeApart(upsert, large.put)));
  const absent = JSON.stringify(expected.absent?.values ?? []);
  const bindings = [JSON.stringify(expected.rows), absent, large.bytes(), ...rows];
  const insert = `INSERT INTO ${name} VALUES (${bindings.map(() => '?').join(', ')})`;
  try {
    await knex.raw(insert, bindings);
  } catch (error) {
    const { message } = error as Error;
    if (message.includes(changedMeanwhile)) return false;
    // A new connection has no view yet, or another caller is just making the view and its trigger.
    if (!message.includes(`no such table: ${name}`) && !message.includes(`cannot modify ${name}`))
      throw error;
    await knex.raw(viewText(name, upserts.length));
    await knex.raw(triggerText(name, expected, upserts));
    return upsertTogether(knex, name, expected, upserts);
  }
  return true;
}

function viewText(name: string, count: number): string {
  const columns = [
    'expected',
    'absent',
    'large',
    ...Array.from({ length: count }, (_, index) => `rows${index}`),
  ];
  return `CREATE TEMP VIEW IF NOT EXISTS ${name} AS SELECT ${columns.map((column) => `NULL AS ${column}`).join(', ')}`;
}

function triggerText(name: string, expected: Expected, upserts: readonly UpsertTogether[]): string {
  const { table, key, column, absent } = expected;
  const guard =
    `SELECT RAISE(ABORT, '${changedMeanwhile}') FROM json_each(NEW.expected) WHERE json_extract(value, '$[1]') ` +
    `IS NOT (SELECT ${column} FROM ${table} WHERE ${key} = json_extract(value, '$[0]'))`;
  const guards =
    absent === undefined
      ? [guard]
      : [
          guard,
          `SELECT RAISE(ABORT, '${changedMeanwhile}') FROM json_each(NEW.absent) ` +
            `WHERE EXISTS (SELECT 1 FROM ${absent.table} WHERE ${absent.key} = json_each.value)`,
        ];
  const inserts = upserts.map(
    (upsert, index) =>
      `INSERT INTO ${upsert.table} (${upsert.columns.join(', ')}) ` +
      `SELECT ${upsert.columns.map((_, at) => valueText(upsert, at)).join(', ')} ` +
      `FROM json_each(NEW.rows${index}) WHERE ${conditionText(upsert)} ${conflictText(dialects.sqlite, upsert)}`,
  );
  return `CREATE TEMP TRIGGER IF NOT EXISTS ${name}_written INSTEAD OF INSERT ON ${name} BEGIN ${[...guards, ...inserts].join('; ')}; END`;
}

function conditionText(upsert: UpsertTogether): string {
  if (upsert.existingOnly !== true) return 'true';
  const same = upsert.key.map((column) => `${column} = ${valueText(upsert, upsert.columns.indexOf(column))}`);
  return `EXISTS (SELECT 1 FROM ${upsert.table} WHERE ${same.join(' AND ')})`;
}

function valueText(upsert: Upsert, index: number): string {
  if (!isLarge(upsert, index)) return `json_extract(value, '$[${index}]')`;
  const part = `substr(NEW.large, json_extract(value, '$[${index}][0]'), json_extract(value, '$[${index}][1]'))`;
  return upsert.json?.includes(upsert.columns[index] ?? '') === true ? `CAST(${part} AS TEXT)` : part;
}

function isLarge({ columns, json = [], binary = [] }: Upsert, index: number): boolean {
  const column = columns[index] ?? '';
  return json.includes(column) || binary.includes(column);
}

type Put = (text: string) => readonly [from: number, length: number];

function withLargeApart(upsert: Upsert, put: Put): Upsert['rows'] {
  const { columns, json = [], binary = [] } = upsert;
  const isJson = columns.map((column) => json.includes(column));
  const isBinary = columns.map((column) => binary.includes(column));
  return upsert.rows.map((row) =>
    row.map((value, index) => {
      if (isJson[index] === true) return put(JSON.stringify(value));
      return isBinary[index] === true ? put(value as string) : value;
    }),
  );
}

/** Joins texts as bytes. Positions count from 1, as in SQL. */
function createLargeValues(): { put: Put; bytes: () => Buffer } {
  const texts: string[] = [];
  let length = 0;
  return {
    put(text) {
      const from = length + 1;
      const bytes = Buffer.byteLength(text);
      texts.push(text);
      length += bytes;
      return [from, bytes];
    },
    bytes() {
      const all = Buffer.allocUnsafe(length);
      let at = 0;
      for (const text of texts) at += all.write(text, at);
      return all;
    },
  };
}
