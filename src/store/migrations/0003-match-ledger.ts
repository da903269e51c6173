import type { Migration } from '../../database/migration.ts';
import { createTable } from './create-table.ts';

/** The results of person searches, by destination and number. */
export const matchLedger: Migration = {
  name: '0003-match-ledger',
  async up(knex, { traits }) {
    await createTable(knex, traits, 'match_ledger', (t) => {
      t.string('destination', 64).notNullable();
      t.string('number', 32).notNullable();
      t.text('record', 'mediumtext').notNullable();
      t.bigInteger('valid_until').notNullable().index();
      t.primary(['destination', 'number']);
    });
  },
};
