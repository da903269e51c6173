import type { Migration } from '../../src/domain/migration.ts';

/** What was found for which number at which destination. */
export const matchLedger: Migration = {
  name: '0003-match-ledger',
  async up(knex, { dialect }) {
    const mysql = dialect === 'mysql';
    // MySQL commits each table by itself: one that is there was left, empty, by a step that was broken off.
    if (mysql) await knex.schema.dropTableIfExists('match_ledger');
    await knex.schema.createTable('match_ledger', (t) => {
      if (mysql) {
        t.engine('InnoDB');
        t.charset('utf8mb4');
        t.collate('utf8mb4_bin');
      }
      t.string('destination', 64).notNullable();
      t.string('number', 32).notNullable();
      t.text('record', 'mediumtext').notNullable();
      t.bigInteger('valid_until').notNullable().index();
      t.primary(['destination', 'number']);
    });
  },
};
