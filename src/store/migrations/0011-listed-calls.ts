import type { Migration } from '../../database/migration.ts';
import { listIndexes } from '../../database/schema/ask-schema.ts';

const indexes = {
  // Filters are answered from this index alone.
  calls_listed: 'revision, started_at, stage, dial_status, service',
  calls_counterpart: 'counterpart, revision',
} as const;

/**
 * Columns and indexes by which calls are listed and searched, and the sender of each push. Calls that were stored before
 * get their values while the receiver runs (src/store/upkeep/fill-listed.ts), so that a large store starts at once.
 * Why: docs/decisions/operator-lists.md
 */
export const listedCalls: Migration = {
  name: '0011-listed-calls',
  async up(knex, { dialect }) {
    // MySQL commits at each schema change, so an interrupted migration may have made some of these already.
    if (!(await knex.schema.hasColumn('calls', 'started_at'))) {
      await knex.schema.alterTable('calls', (table) => {
        table.bigInteger('started_at');
        table.string('dial_status', 32);
        table.string('service', 100);
        table.string('counterpart', 9);
      });
    }
    if (!(await knex.schema.hasColumn('pushes', 'sender'))) {
      await knex.schema.alterTable('pushes', (table) => {
        table.string('sender', 64);
      });
    }
    const there = await listIndexes(knex, dialect, 'calls');
    for (const [index, columns] of Object.entries(indexes))
      if (!there.includes(index)) await knex.raw(`CREATE INDEX ${index} ON calls (${columns})`);
    const newest = await knex('calls').max<{ revision: number | null }[]>({ revision: 'revision' });
    const revision = newest[0]?.revision ?? null;
    if (revision === null) return;
    await knex('settings').where({ name: 'calls_to_list' }).delete();
    await knex('settings').insert({ name: 'calls_to_list', value: String(revision) });
  },
};
