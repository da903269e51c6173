import type { Knex } from 'knex';
import type { Database } from '../../database/database.ts';
import { boundValue, normalRow, selectColumns, type DriverValue, type NormalValue } from './normal-values.ts';
import type { TableShape } from './table-shape.ts';

export type NormalRow = readonly NormalValue[];

type DriverRow = Readonly<Record<string, DriverValue>>;

const firstPageRows = 20;
const pageRowsMax = 200;
const pageBytesWanted = 4_000_000;

/**
 * Reads all rows of a table, page by page in the order of its key. The size of a page is limited, so that memory stays
 * bounded for any table and rows.
 *
 * @param within the connection, or the transaction when all pages must show one state
 */
export async function* readPages(
  database: Database,
  within: Knex,
  shape: TableShape,
): AsyncGenerator<NormalRow[]> {
  let limit = firstPageRows;
  let after: readonly unknown[] | undefined;
  for (;;) {
    const page = await readPage(database, within, shape, after, limit);
    const last = page.at(-1);
    if (last === undefined) return;
    const rows = page.map((row) => normalRow(shape, row));
    yield rows;
    after = shape.key.map((name) => last[name]);
    const bytes = rows.reduce((sum, row) => sum + sizeOf(row), 0);
    limit = Math.max(
      1,
      Math.min(pageRowsMax, Math.floor(pageBytesWanted / (bytes / rows.length)), limit * 2),
    );
  }
}

/**
 * The rows after a key: first the rows that share all key columns except the last, then the rows that share fewer. Each
 * statement is one index lookup on every database.
 */
async function readPage(
  database: Database,
  within: Knex,
  shape: TableShape,
  after: readonly unknown[] | undefined,
  limit: number,
): Promise<DriverRow[]> {
  const { key } = shape;
  const ordered = (): Knex.QueryBuilder =>
    within(shape.name)
      .select(selectColumns(database, shape))
      .orderBy(key.map((column) => ({ column })));
  if (after === undefined) return (await ordered().limit(limit)) as DriverRow[];
  const found: DriverRow[] = [];
  for (let shared = key.length - 1; shared >= 0 && found.length < limit; shared -= 1) {
    const query = ordered().limit(limit - found.length);
    key.slice(0, shared).forEach((column, index) => void query.where(column, after[index] as string));
    found.push(...((await query.where(key[shared] as string, '>', after[shared] as string)) as DriverRow[]));
  }
  return found;
}

// A server accepts 16 MB in one packet, and a byte can take two bytes of it or more.
const statementBytesMax = 2_000_000;

/** Inserts rows into a table, in several statements when one would be too large. */
export async function insertRows(
  database: Database,
  shape: TableShape,
  rows: readonly NormalRow[],
): Promise<void> {
  const { columns, name: table } = shape;
  const insert = async (part: readonly NormalRow[]): Promise<void> => {
    const values = part.map((row) =>
      Object.fromEntries(
        columns.map((column, index) => [column.name, boundValue(database, column, row[index] ?? null)]),
      ),
    );
    await database.knex(table).insert(values);
  };
  let part: NormalRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = sizeOf(row);
    if (part.length > 0 && bytes + size > statementBytesMax) {
      await insert(part);
      part = [];
      bytes = 0;
    }
    part.push(row);
    bytes += size;
  }
  if (part.length > 0) await insert(part);
}

function sizeOf(row: NormalRow): number {
  return row.reduce<number>((sum, value) => sum + (value?.length ?? 0) + 8, 0);
}
