import type { Knex } from 'knex';
import type { Migration } from '../../database/migration.ts';
import { createTable } from './create-table.ts';

// Call ids are compared exactly. 191 characters fit into the index of every MySQL version.
const callIdLength = 191;

export const initial: Migration = {
  name: '0001-initial',
  async up(knex, { traits }) {
    const create = (table: string, define: (columns: Knex.CreateTableBuilder) => void): Promise<void> =>
      createTable(knex, traits, table, define);

    await create('calls', (t) => {
      t.string('id', callIdLength).primary();
      t.string('stage', 20).notNullable();
      t.bigInteger('revision').notNullable();
      t.text('record', 'mediumtext').notNullable();
      t.bigInteger('first_received_at').notNullable();
      t.bigInteger('last_received_at').notNullable();
    });

    await create('pushes', (t) => {
      t.string('id', 32).primary();
      t.string('call_id', callIdLength).notNullable();
      t.string('stage', 20).notNullable();
      t.string('content_hash', 64).notNullable();
      t.bigInteger('received_at').notNullable();
      t.string('path_stage', 20);
      t.text('parsed', 'mediumtext').notNullable();
      t.specificType('body', traits.bytesType).notNullable();
      t.unique(['call_id', 'content_hash'], { indexName: 'pushes_call_content' });
    });

    await create('destinations', (t) => {
      t.string('name', 64).primary();
      t.string('holder', 64);
      t.bigInteger('fence').notNullable().defaultTo(0);
      t.bigInteger('lease_until').notNullable().defaultTo(0);
      t.bigInteger('paused_until').notNullable().defaultTo(0);
      t.integer('pauses').notNullable().defaultTo(0);
      t.text('pause_reason');
      t.text('pause_remedy');
    });

    await create('deliveries', (t) => {
      t.string('destination', 64).notNullable();
      t.string('call_id', callIdLength).notNullable();
      t.bigInteger('revision').notNullable();
      t.bigInteger('delivered_revision');
      t.string('state', 12).notNullable();
      t.bigInteger('due_at');
      t.bigInteger('due_since');
      t.integer('attempts').notNullable().defaultTo(0);
      t.bigInteger('attempted_at');
      t.string('code', 64);
      t.text('reason');
      t.text('remedy');
      t.string('remote_id', 191);
      t.text('trace', 'mediumtext');
      t.primary(['destination', 'call_id']);
    });
    const owedOnly = traits.partialIndexes ? ' WHERE due_at IS NOT NULL' : '';
    await knex.raw(`CREATE INDEX deliveries_due ON deliveries (destination, due_at)${owedOnly}`);

    await create('quarantine', (t) => {
      t.string('id', 32).primary();
      t.string('content_hash', 64).notNullable().unique();
      t.string('code', 64).notNullable();
      t.text('detail').notNullable();
      t.string('path_stage', 20);
      t.string('content_type', 191);
      t.string('content_encoding', 64);
      t.integer('size').notNullable().index();
      t.integer('times').notNullable();
      t.bigInteger('first_received_at').notNullable();
      t.bigInteger('last_received_at').notNullable();
      t.string('replayed_as', 32);
      t.specificType('body', traits.bytesType).notNullable();
    });

    await create('oauth_clients', (t) => {
      t.string('id', 64).primary();
      t.string('name', 100).notNullable();
      t.string('secret_hash', 64).notNullable();
      t.string('previous_secret_hash', 64);
      t.bigInteger('previous_secret_until');
      t.text('redirect_uris').notNullable();
      t.string('scope', 191).notNullable();
      t.bigInteger('created_at').notNullable();
      t.bigInteger('revoked_at');
    });

    await create('oauth_tokens', (t) => {
      t.string('hash', 64).primary();
      t.string('client_id', 64).notNullable();
      t.string('scope', 191).notNullable();
      t.bigInteger('issued_at').notNullable();
      t.bigInteger('expires_at').notNullable().index();
    });

    // Facts that the store keeps about itself: the hash of the console password, the time of the first start.
    await create('settings', (t) => {
      t.string('name', 64).primary();
      t.text('value').notNullable();
    });
  },
};
