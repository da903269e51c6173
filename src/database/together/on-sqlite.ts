import type { Knex } from 'knex';
import type { Upsert } from '../database.ts';
import { dialects } from '../dialect.ts';
import { conflictText } from '../upsert.ts';
import type { Expected, UpsertTogether } from './expected.ts';
import { createLargeValues, isLarge, withLargeApart } from './large-values.ts';

const changedMeanwhile = 'changed meanwhile';

/**
 * Inserts one row into a temporary view, whose trigger writes the rows. The rows come as JSON. The texts of long columns and
 * binary columns come in one additional value, so that they are not escaped and parsed again. Rows are read as binary JSON.
 * Otherwise SQLite would write the whole row as text and parse it again for each column.
 *
 * @param name the view's name
 */
export async function writeTogetherOnSqlite(
  knex: Knex,
  expected: Expected,
  upserts: readonly UpsertTogether[],
  name: string,
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
    return writeTogetherOnSqlite(knex, expected, upserts, name);
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
    `SELECT RAISE(ABORT, '${changedMeanwhile}') FROM jsonb_each(NEW.expected) WHERE json_extract(value, '$[1]') ` +
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
      `FROM jsonb_each(NEW.rows${index}) WHERE ${conditionText(upsert)} ${conflictText(dialects.sqlite, upsert)}`,
  );
  return `CREATE TEMP TRIGGER IF NOT EXISTS ${name}_written INSTEAD OF INSERT ON ${name} BEGIN ${[...guards, ...inserts].join('; ')}; END`;
}

function conditionText(upsert: UpsertTogether): string {
  if (upsert.existingOnly !== true) return 'true';
  const same = upsert.key.map((column) => `${column} = ${valueText(upsert, upsert.columns.indexOf(column))}`);
  return `EXISTS (SELECT 1 FROM ${upsert.table} WHERE ${same.join(' AND ')})`;
}

function valueText(upsert: Upsert, index: number): string {
  if (!isLarge(upsert, upsert.columns[index] ?? '')) return `json_extract(value, '$[${index}]')`;
  const part = `substr(NEW.large, json_extract(value, '$[${index}][0]'), json_extract(value, '$[${index}][1]'))`;
  return upsert.long?.includes(upsert.columns[index] ?? '') === true ? `CAST(${part} AS TEXT)` : part;
}
