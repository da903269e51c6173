import type { Knex } from 'knex';
import type { Upsert } from '../database.ts';
import { dialects, type DriverError } from '../dialect.ts';
import { lockWaitLimit, syncedCommit } from '../server-connection.ts';
import { conflictText } from '../upsert.ts';
import type { Expected, UpsertTogether } from './expected.ts';
import { createLargeValues, isLarge, withLargeApart, type LargeValues } from './large-values.ts';

// The guard fails by reading this text as a number, so that the server's log shows it.
const changed = `'a row changed meanwhile, and the receiver writes it again'`;

/**
 * Writes rows in one statement with several parts. The first upsert must write the table whose values are
 * checked. It locks the rows in the given order. Then the guard checks, and fails when a value is not as expected. The other
 * upserts read the guard, so they come after it.
 *
 * The guard fails when another transaction changed a row: an expected new row already exists, or an expected value differs
 * or is gone. It also fails when the snapshot still shows a row that the insert no longer found: it was removed meanwhile.
 *
 * The rows come as JSON objects, so the table gives the types. The texts of long columns and binary columns come in one
 * additional value, so that they are not escaped and parsed again.
 *
 * @returns false also when the server refuses a value; the same rows in a transaction then show which one
 */
export async function writeTogetherOnPostgres(
  knex: Knex,
  expected: Expected,
  upserts: readonly UpsertTogether[],
): Promise<boolean> {
  // Between the look-up of a row and the write, another transaction could remove it.
  if (upserts.some(({ existingOnly }) => existingOnly === true))
    throw new RangeError('PostgreSQL cannot write existing rows only');
  const large = createLargeValues();
  const rows = upserts.map((upsert) => JSON.stringify(rowObjects(upsert, large.put)));
  const values = JSON.stringify(Object.fromEntries(expected.rows));
  const absent = JSON.stringify(expected.absent?.values ?? []);
  try {
    await knex.raw(statementText(expected, upserts), [values, absent, large.bytes(), ...rows]);
    return true;
  } catch (error) {
    const { isDataError, isConflict } = dialects.postgres;
    if (isDataError(error as DriverError) || isConflict(error as DriverError)) return false;
    throw error;
  }
}

function statementText(expected: Expected, [first, ...others]: readonly Upsert[]): string {
  if (first?.table !== expected.table) throw new RangeError(`The first upsert must write ${expected.table}`);
  const rows = [first, ...others].map((_upsert, index) => `?::json AS rows${index}`);
  // The settings hold until the statement's own transaction ends, and come before the first lock.
  const given = `SELECT ?::jsonb AS expected, ?::json AS absent, ?::bytea AS large, ${rows.join(', ')}, ${changed} AS fault, ${syncedCommit}, ${lockWaitLimit}`;
  const { key, column } = expected;
  const isExpected: Upsert = {
    ...first,
    when: ({ stored }) => `${stored(column)} = (${expectedOf(stored(key))})::bigint`,
  };
  // Several parts read `given` and `guard`, so PostgreSQL computes each of them only once.
  return [
    `WITH given AS (${given})`,
    `written AS (${insertText(isExpected, 0, 'given')} RETURNING ${key} AS key, xmax = 0 AS inserted)`,
    `guard AS (SELECT CASE WHEN ${guardText(expected)} THEN (SELECT fault FROM given)::integer ELSE 1 END AS holds)`,
    ...others.map((upsert, index) => `written${index} AS (${insertText(upsert, index + 1, 'guard, given')})`),
  ]
    .join(', ')
    .concat(' SELECT holds FROM guard');
}

function expectedOf(key: string): string {
  return `(SELECT expected FROM given) ->> ${key}`;
}

/** True when a value is not as expected. Looks up one key at a time: a join could read the whole table. */
function guardText({ table, key, column, absent }: Expected): string {
  const stored = `(SELECT ${column} FROM ${table} WHERE ${table}.${key} = one.key)`;
  const faults = [
    '(SELECT count(*) FROM written) <> (SELECT json_array_length(rows0) FROM given)',
    `EXISTS (SELECT 1 FROM written WHERE inserted <> ((${expectedOf('key')}) IS NULL))`,
    `EXISTS (SELECT 1 FROM given, jsonb_each_text(given.expected) AS one WHERE ${stored} IS DISTINCT FROM one.value::bigint)`,
  ];
  if (absent !== undefined) {
    const found = `(SELECT true FROM ${absent.table} WHERE ${absent.table}.${absent.key} = one.value)`;
    faults.push(
      `EXISTS (SELECT 1 FROM given, json_array_elements_text(given.absent) AS one (value) WHERE ${found})`,
    );
  }
  return faults.join(' OR ');
}

function insertText(upsert: Upsert, index: number, after: string): string {
  const { table, columns } = upsert;
  return (
    `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${columns.map((column) => valueText(upsert, column)).join(', ')} ` +
    `FROM ${after}, json_array_elements(given.rows${index}) AS item, json_populate_record(NULL::${table}, item) AS record ` +
    conflictText(dialects.postgres, upsert)
  );
}

function valueText(upsert: Upsert, column: string): string {
  if (!isLarge(upsert, column)) return `record.${column}`;
  const [from, length] = [0, 1].map((at) => `(item -> '${positionOf(column)}' ->> ${at})::integer`);
  const bytes = `substr(given.large, ${from}, ${length})`;
  return upsert.long?.includes(column) === true ? `convert_from(${bytes}, 'UTF8')` : bytes;
}

/** The name under which a row has the position of a large value. No column has such a name. */
function positionOf(column: string): string {
  return `${column} at`;
}

function rowObjects(upsert: Upsert, put: LargeValues['put']): object[] {
  const names = upsert.columns.map((column) => (isLarge(upsert, column) ? positionOf(column) : column));
  return withLargeApart(upsert, put).map((row) =>
    Object.fromEntries(names.map((name, index) => [name, row[index]])),
  );
}
