import type { Migration } from '../../database/migration.ts';
import { createTable } from './create-table.ts';

/** What people changed through the console and the command line. */
export const audit: Migration = {
  name: '0014-audit',
  async up(knex, { traits }) {
    await createTable(knex, traits, 'audit', (t) => {
      t.string('id', 32).primary();
      t.bigInteger('at').notNullable().index();
      t.string('who', 16).notNullable();
      t.string('what', 100).notNullable();
      t.text('filter');
      t.integer('count');
      t.text('reason');
    });
  },
};
