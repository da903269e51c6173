import type { Knex } from 'knex';
import type { Upsert, UpsertNames } from './database.ts';
import type { Dialect } from './dialect.ts';

// PostgreSQL and MySQL number bound values with 16 bits.
const bindingsMax = 60_000;

// By default MariaDB accepts 16 MB in one packet, and a character of a body can take six bytes of it.
const charactersMax = 2_000_000;

/**
 * Writes rows in one statement, or in several when a protocol's limit requires it.
 *
 * SQLite gets all rows as one JSON parameter. One fixed statement with one bound value is several times cheaper on the main
 * thread than a statement that names every value. The other databases get a list of values.
 * Why: docs/decisions/databases.md
 */
export async function upsertRows(
  dialect: Dialect,
  within: Knex | Knex.Transaction,
  upsert: Upsert,
): Promise<void> {
  if (upsert.rows.length === 0) return;
  if (dialect.rowsAsJson) {
    await within.raw(jsonText(dialect, upsert), [JSON.stringify(upsert.rows)]);
    return;
  }
  for (const rows of inStatements(upsert)) {
    await within.raw(
      valuesText(dialect, upsert, rows.length),
      boundValues(upsert, rows) as Knex.RawBinding[],
    );
  }
}

/** Splits rows into statements that fit a protocol's limits. */
function inStatements(upsert: Upsert): Upsert['rows'][] {
  const rowsMax = Math.floor(bindingsMax / upsert.columns.length);
  const statements: (readonly unknown[])[][] = [];
  let characters = Infinity;
  for (const row of upsert.rows) {
    const length = row.reduce<number>(
      (sum, value) => sum + (typeof value === 'string' ? value.length : 8),
      0,
    );
    const last = statements.at(-1);
    characters += length;
    if (last === undefined || last.length === rowsMax || characters > charactersMax) {
      statements.push([row]);
      characters = length;
    } else last.push(row);
  }
  return statements;
}

function jsonText(dialect: Dialect, upsert: Upsert): string {
  const values = upsert.columns.map((column, index) => {
    const value = `json_extract(value, '$[${index}]')`;
    return upsert.binary?.includes(column) === true ? `CAST(${value} AS BLOB)` : value;
  });
  // With json_each, SQLite would write the whole row as text and parse it again for each column.
  return (
    `INSERT INTO ${upsert.table} (${upsert.columns.join(', ')}) ` +
    `SELECT ${values.join(', ')} FROM jsonb_each(?) WHERE true ${conflictText(dialect, upsert)}`
  );
}

function valuesText(dialect: Dialect, upsert: Upsert, rows: number): string {
  const row = `(${upsert.columns.map(() => '?').join(', ')})`;
  return (
    `INSERT INTO ${upsert.table} (${upsert.columns.join(', ')}) ` +
    `VALUES ${Array.from({ length: rows }, () => row).join(', ')} ${conflictText(dialect, upsert)}`
  );
}

function boundValues(upsert: Upsert, rows: Upsert['rows']): unknown[] {
  const binary = upsert.columns.map((column) => upsert.binary?.includes(column) === true);
  return rows.flatMap((row) =>
    row.map((value, index) =>
      binary[index] === true && typeof value === 'string' ? Buffer.from(value) : value,
    ),
  );
}

/** The clause that updates a row when its key exists. */
export function conflictText({ upsertSyntax }: Pick<Dialect, 'upsertSyntax'>, upsert: Upsert): string {
  const assigned = upsert.columns.filter((column) => !upsert.key.includes(column));
  const names = namesFor(upsertSyntax, upsert.table);
  const expression = (column: string): string => upsert.assign?.[column]?.(names) ?? names.incoming(column);
  if (upsertSyntax === 'on duplicate key') {
    const condition = upsert.when?.(names);
    const assignments = ordered(assigned, upsert).map((column) =>
      condition === undefined
        ? `${column} = ${expression(column)}`
        : `${column} = IF(${condition}, ${expression(column)}, ${names.stored(column)})`,
    );
    return `ON DUPLICATE KEY UPDATE ${assignments.join(', ')}`;
  }
  const assignments = assigned.map((column) => `${column} = ${expression(column)}`);
  const where = upsert.when === undefined ? '' : ` WHERE ${upsert.when(names)}`;
  return `ON CONFLICT (${upsert.key.join(', ')}) DO UPDATE SET ${assignments.join(', ')}${where}`;
}

/** MySQL reads values that it has just assigned, so plain columns come first, then `assign` in the caller's order. */
function ordered(columns: readonly string[], upsert: Upsert): readonly string[] {
  const computed = Object.keys(upsert.assign ?? {});
  return [...columns.filter((column) => !computed.includes(column)), ...computed];
}

function namesFor(syntax: Dialect['upsertSyntax'], table: string): UpsertNames {
  return {
    incoming:
      syntax === 'on duplicate key' ? (column) => `VALUES(${column})` : (column) => `excluded.${column}`,
    stored: (column) => `${table}.${column}`,
  };
}
