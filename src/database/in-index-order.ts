import type { Knex } from 'knex';
import type { Database } from './database.ts';
import { dialects } from './dialect.ts';

/**
 * Runs reads of a bounded number of rows, each read in the order of an index. A planner that expects few rows would rather
 * collect all of them and sort them, which takes long when it is wrong.
 */
export async function inIndexOrder<Result>(
  { knex, dialect }: Pick<Database, 'knex' | 'dialect'>,
  work: (knex: Knex) => Promise<Result>,
): Promise<Result> {
  const { keepOrder } = dialects[dialect];
  if (keepOrder === undefined) return work(knex);
  return knex.transaction(async (transaction) => {
    await transaction.raw(keepOrder);
    return work(transaction);
  });
}
