import type { Migration } from '../../database/migration.ts';
import { createTable } from './create-table.ts';

/** Refused requests, counted per minute, and unregistered redirect URIs that requests named. */
export const refusedRequests: Migration = {
  name: '0013-refused-requests',
  async up(knex, { traits }) {
    await createTable(knex, traits, 'refused_requests', (t) => {
      // The minute and a hash of address, path and code. Sorts by time.
      t.string('id', 40).primary();
      t.string('address', 64).notNullable();
      t.string('path', 100).notNullable();
      t.string('code', 64).notNullable();
      t.integer('status').notNullable();
      t.string('method', 16).notNullable();
      t.string('credential', 16).notNullable();
      t.integer('size');
      t.integer('times').notNullable();
      t.bigInteger('first_at').notNullable();
      t.bigInteger('last_at').notNullable();
      t.string('request_id', 64).notNullable();
      t.string('quarantine_id', 32);
    });
    await createTable(knex, traits, 'asked_redirects', (t) => {
      // A hash of client and URI.
      t.string('id', 64).primary();
      t.string('client_id', 64).notNullable();
      t.text('uri').notNullable();
      t.integer('times').notNullable();
      t.bigInteger('first_at').notNullable();
      t.bigInteger('last_at').notNullable();
    });
  },
};
