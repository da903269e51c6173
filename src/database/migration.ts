import type { Knex } from 'knex';
import type { Database } from './database.ts';

/** One step of a schema. Names are never changed and steps never removed: databases remember them. */
export interface Migration {
  readonly name: string;
  up(knex: Knex.Transaction, database: Database): Promise<void>;
}

/** A step that somebody has to make way for. Nothing was changed. */
export class MigrationBlocked extends Error {
  override readonly name = 'MigrationBlocked';
  /** What the operator can do about it. */
  readonly remedy: string;

  constructor(reason: string, remedy: string, options: { cause?: unknown } = {}) {
    super(reason, options);
    this.remedy = remedy;
  }
}
