import type { Migration } from '../../database/migration.ts';
import { createTable } from './create-table.ts';

/**
 * The notes of adapters, by destination and name. The match ledger held two kinds of them before. Those rows stay there
 * and expire: a refusal of contacts after an hour, a count of places after 30 days.
 */
export const destinationNotes: Migration = {
  name: '0015-destination-notes',
  async up(knex, { traits }) {
    await createTable(knex, traits, 'destination_notes', (t) => {
      t.string('destination', 64).notNullable();
      t.string('name', 64).notNullable();
      t.text('value', 'mediumtext').notNullable();
      t.bigInteger('valid_until').notNullable().index();
      t.primary(['destination', 'name']);
    });
  },
};
