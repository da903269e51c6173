import type { Migration } from '../../database/migration.ts';

/** An index for counting rejected and exhausted deliveries at each scrape, among millions of landed ones. */
export const restingDeliveries: Migration = {
  name: '0006-resting-deliveries',
  async up(knex, { traits }) {
    const index = 'deliveries_resting';
    if (!traits.transactionalSchema) {
      // MySQL commits at each schema change, so an interrupted migration may have made the index already.
      const [made = []] = await knex.raw<unknown[][]>('SHOW INDEX FROM deliveries WHERE Key_name = ?', [
        index,
      ]);
      if (made.length > 0) return;
    }
    const restingOnly = traits.partialIndexes ? ` WHERE state IN ('rejected', 'exhausted')` : '';
    await knex.raw(`CREATE INDEX ${index} ON deliveries (state, destination)${restingOnly}`);
  },
};
