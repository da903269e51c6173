import type { Migration } from '../../database/migration.ts';

/** Clients that must use PKCE (RFC 7636). */
export const clientsWithPkce: Migration = {
  name: '0010-clients-with-pkce',
  async up(knex) {
    // MySQL commits at each schema change, so an interrupted migration may have added the column already.
    if (await knex.schema.hasColumn('oauth_clients', 'pkce_required')) return;
    await knex.schema.alterTable('oauth_clients', (table) => {
      table.integer('pkce_required').notNullable().defaultTo(0);
    });
  },
};
