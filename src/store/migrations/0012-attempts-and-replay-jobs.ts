import type { Knex } from 'knex';
import type { Migration } from '../../database/migration.ts';
import { dropIndex, listIndexes } from '../../database/schema/ask-schema.ts';
import { createTable } from './create-table.ts';

/**
 * The recorded attempts, the jobs that replay deliveries, and an index for finding deliveries by state and by the
 * time of the last attempt. This index replaces the one that counted rejected and exhausted deliveries, so that a
 * landing costs no more than before.
 * Why: docs/decisions/operator-lists.md
 */
export const attemptsAndReplayJobs: Migration = {
  name: '0012-attempts-and-replay-jobs',
  async up(knex, { dialect, traits }) {
    const create = (table: string, define: (columns: Knex.CreateTableBuilder) => void): Promise<void> =>
      createTable(knex, traits, table, define);

    // Each delivery has 20 slots, which are filled in turn. `nth` counts all its tries of this kind.
    await create('attempts', (t) => {
      t.string('call_id', 191).notNullable();
      t.string('destination', 64).notNullable();
      t.integer('slot').notNullable();
      t.integer('nth').notNullable();
      t.bigInteger('tried_at').notNullable();
      t.bigInteger('revision').notNullable();
      t.string('outcome', 12).notNullable();
      t.string('code', 64);
      t.text('reason');
      t.text('remedy');
      t.integer('took_ms').notNullable();
      t.string('process', 64).notNullable();
      t.primary(['call_id', 'destination', 'slot']);
    });

    await create('replay_jobs', (t) => {
      t.string('id', 32).primary();
      t.string('state', 12).notNullable().index();
      t.text('filter', 'mediumtext').notNullable();
      t.text('reason').notNullable();
      t.string('who', 64).notNullable();
      t.bigInteger('total');
      t.bigInteger('looked_at').notNullable().defaultTo(0);
      t.bigInteger('made_due').notNullable().defaultTo(0);
      t.text('counts').notNullable();
      t.text('reached');
      t.text('failure');
      t.string('holder', 64);
      t.bigInteger('heartbeat_at').notNullable().defaultTo(0);
      t.bigInteger('made_at').notNullable();
      t.bigInteger('started_at');
      t.bigInteger('finished_at');
    });

    // The revision whose revisit ended in a retry, so that the next try is still a revisit.
    if (traits.transactionalSchema || !(await knex.schema.hasColumn('deliveries', 'revisit_revision')))
      await knex.schema.alterTable('deliveries', (t) => {
        t.bigInteger('revisit_revision');
      });
    const there = await listIndexes(knex, dialect, 'deliveries');
    if (!there.includes('deliveries_by_state')) {
      const restingOnly = traits.partialIndexes ? ` WHERE state IN ('skipped', 'rejected', 'exhausted')` : '';
      await knex.raw(
        `CREATE INDEX deliveries_by_state ON deliveries (state, destination, attempted_at, call_id, code)${restingOnly}`,
      );
    }
    if (there.includes('deliveries_resting'))
      await dropIndex(knex, dialect, 'deliveries', 'deliveries_resting');
  },
};
