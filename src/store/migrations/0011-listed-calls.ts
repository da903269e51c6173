import type { Knex } from 'knex';
import type { Migration } from '../../database/migration.ts';
import type { Traits } from '../../database/database.ts';

/**
 * Columns and indexes by which calls are listed and searched, and the sender of each push. Calls that were stored before
 * get their values while the receiver runs (src/store/upkeep/fill-listed.ts), so that a large store starts at once.
 * Why: docs/decisions/listed-calls.md
 */
export const listedCalls: Migration = {
  name: '0011-listed-calls',
  async up(knex, { traits }) {
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
    // Filters are answered from this index alone.
    await addIndex(knex, traits, 'calls_listed', 'revision, started_at, stage, dial_status, service');
    await addIndex(knex, traits, 'calls_counterpart', 'counterpart, revision');
    const newest = await knex('calls').max<{ revision: number | null }[]>({ revision: 'revision' });
    const revision = newest[0]?.revision ?? null;
    if (revision === null) return;
    await knex('settings').where({ name: 'calls_to_list' }).delete();
    await knex('settings').insert({ name: 'calls_to_list', value: String(revision) });
  },
};

async function addIndex(knex: Knex, traits: Traits, index: string, columns: string): Promise<void> {
  if (!traits.transactionalSchema) {
    const [made = []] = await knex.raw<unknown[][]>('SHOW INDEX FROM calls WHERE Key_name = ?', [index]);
    if (made.length > 0) return;
  }
  await knex.raw(`CREATE INDEX ${index} ON calls (${columns})`);
}
