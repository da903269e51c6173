import type { Migration } from '../../database/migration.ts';

/**
 * Which delivery a holder has in hand alone: should its process end, the next one knows of what.
 * Why: docs/decisions/poison.md
 */
export const suspects: Migration = {
  name: '0005-suspects',
  async up(knex, { traits }) {
    // MySQL commits at each change: the step may have been broken off after it.
    if (!traits.transactionalSchema && (await knex.schema.hasColumn('destinations', 'suspect_call_id')))
      return;
    await knex.schema.alterTable('destinations', (t) => {
      t.string('suspect_call_id', 191);
      t.integer('suspect_ends').notNullable().defaultTo(0);
    });
  },
};
