import type { Knex } from 'knex';
import type { Database } from './database.ts';

/** One schema change. Databases store the names, so a name never changes and a migration is never removed. */
export interface Migration {
  readonly name: string;
  up(knex: Knex.Transaction, database: Pick<Database, 'dialect' | 'traits'>): Promise<void>;
}

/** A migration that cannot run until a person removes an obstacle. Nothing was changed. */
export class MigrationBlocked extends Error {
  override readonly name = 'MigrationBlocked';
  /** What the operator can do about it. */
  readonly remedy: string;

  constructor(reason: string, remedy: string, options: { cause?: unknown } = {}) {
    super(reason, options);
    this.remedy = remedy;
  }
}
