import type { Migration } from '../../database/migration.ts';
import { createTable } from './create-table.ts';

/** Hashes of removed calls, so that a late push does not bring back a part of a call. */
export const tombstones: Migration = {
  name: '0004-tombstones',
  async up(knex, { traits }) {
    await createTable(knex, traits, 'tombstones', (t) => {
      t.string('hash', 64).primary();
      t.bigInteger('made_at').notNullable().index();
    });
  },
};
