import type { Migration } from '../../database/migration.ts';

/** Deliveries that rest undelivered are counted at each scrape, among millions that landed. */
export const restingDeliveries: Migration = {
  name: '0006-resting-deliveries',
  async up(knex, { traits }) {
    const index = 'deliveries_resting';
    if (!traits.transactionalSchema) {
      // MySQL commits at each change: the step may have been broken off after it.
      const [made = []] = await knex.raw<unknown[][]>('SHOW INDEX FROM deliveries WHERE Key_name = ?', [
        index,
      ]);
      if (made.length > 0) return;
    }
    const restingOnly = traits.partialIndexes ? ` WHERE state IN ('rejected', 'exhausted')` : '';
    await knex.raw(`CREATE INDEX ${index} ON deliveries (state, destination)${restingOnly}`);
  },
};
