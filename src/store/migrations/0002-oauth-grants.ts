import type { Knex } from 'knex';
import type { Migration } from '../../database/migration.ts';
import { createTable } from './create-table.ts';

/** The data of the authorization code and refresh token grants, and the sessions of the sign-in page. */
export const oauthGrants: Migration = {
  name: '0002-oauth-grants',
  async up(knex, { traits }) {
    const create = (table: string, define: (columns: Knex.CreateTableBuilder) => void): Promise<void> =>
      createTable(knex, traits, table, define);

    // One approval of a client by a person, or one minted refresh token. All its tokens end with it.
    await create('oauth_families', (t) => {
      t.string('id', 32).primary();
      t.string('client_id', 64).notNullable();
      t.string('scope', 191).notNullable();
      t.bigInteger('created_at').notNullable();
      t.bigInteger('expires_at').notNullable();
      t.bigInteger('last_used_at').notNullable();
      t.bigInteger('ended_at');
    });

    await create('oauth_codes', (t) => {
      t.string('hash', 64).primary();
      t.string('family_id', 32).notNullable();
      t.string('client_id', 64).notNullable();
      t.text('redirect_uri');
      t.string('scope', 191).notNullable();
      t.string('code_challenge', 128);
      t.bigInteger('expires_at').notNullable();
      t.bigInteger('used_at');
    });

    await create('oauth_refresh_tokens', (t) => {
      t.string('hash', 64).primary();
      t.string('family_id', 32).notNullable();
      t.string('parent_hash', 64);
      t.bigInteger('issued_at').notNullable();
      t.bigInteger('spent_at');
    });

    await create('sessions', (t) => {
      t.string('hash', 64).primary();
      t.text('data').notNullable();
      t.bigInteger('expires_at').notNullable();
    });

    if (!traits.transactionalSchema && (await knex.schema.hasColumn('oauth_tokens', 'family_id'))) return;
    await knex.schema.alterTable('oauth_tokens', (t) => {
      t.string('family_id', 32);
    });
  },
};
