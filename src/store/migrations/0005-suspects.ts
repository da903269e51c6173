import type { Migration } from '../../database/migration.ts';

/**
 * The delivery that a holder attempts alone. If its process dies, the next holder knows which delivery may be the cause.
 * Why: docs/decisions/attempts.md
 */
export const suspects: Migration = {
  name: '0005-suspects',
  async up(knex, { traits }) {
    // MySQL commits at each schema change, so an interrupted migration may have added the columns already.
    if (!traits.transactionalSchema && (await knex.schema.hasColumn('destinations', 'suspect_call_id')))
      return;
    await knex.schema.alterTable('destinations', (t) => {
      t.string('suspect_call_id', 191);
      t.integer('suspect_ends').notNullable().defaultTo(0);
    });
  },
};
