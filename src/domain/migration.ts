import type { Knex } from 'knex';
import type { Database } from './database.ts';

/** One step of a schema. Names are never changed and steps never removed: databases remember them. */
export interface Migration {
  readonly name: string;
  up(knex: Knex.Transaction, database: Database): Promise<void>;
}
