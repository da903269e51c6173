import type { Knex } from 'knex';
import type { Database } from './database.ts';
import { dialects } from './dialect.ts';

// Two transactions that lock the same rows in different orders can wait for each other. Every transaction therefore locks
// calls first, then deliveries, each ordered by the bytes of the call id. (Text order depends on the database's language.)

/** Sorts items into the order of locking. */
export function inLockOrder<Item>(items: readonly Item[], idOf: (item: Item) => string): Item[] {
  return items
    .map((item) => ({ item, bytes: Buffer.from(idOf(item)) }))
    .sort((one, other) => Buffer.compare(one.bytes, other.bytes))
    .map(({ item }) => item);
}

/**
 * Locks the rows of a query in that order and returns their ids. SQLite has only one lock, which the transaction already
 * holds.
 *
 * @param column the column with the call's id
 */
export async function lockInOrder(
  { dialect }: Database,
  query: Knex.QueryBuilder,
  column: string,
): Promise<string[]> {
  const order = dialects[dialect].bytewise(column);
  return query.orderByRaw(order).forUpdate().pluck(column) as Promise<string[]>;
}
