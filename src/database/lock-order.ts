import type { Knex } from 'knex';
import type { Database } from './database.ts';
import { dialects } from './dialect.ts';

// Two transactions that lock the same rows in different orders wait for each other in a circle. Everybody locks calls
// first and deliveries after them, each in order of the call ids' bytes: the order of a database's text depends on
// its language.

/** Items in the order in which rows are locked. */
export function inLockOrder<Item>(items: readonly Item[], idOf: (item: Item) => string): Item[] {
  return items
    .map((item) => ({ item, bytes: Buffer.from(idOf(item)) }))
    .sort((one, other) => Buffer.compare(one.bytes, other.bytes))
    .map(({ item }) => item);
}

/**
 * Locks the rows that a query finds, in that order, and answers their ids. SQLite has one lock, which the transaction
 * has.
 *
 * @param column which holds the call's id
 */
export async function lockInOrder(
  { dialect }: Database,
  query: Knex.QueryBuilder,
  column: string,
): Promise<string[]> {
  const order = dialects[dialect].bytewise(column);
  return query.orderByRaw(order).forUpdate().pluck(column) as Promise<string[]>;
}
