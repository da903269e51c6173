import type { Migration } from '../../database/migration.ts';
import { listIndexes } from '../../database/schema/ask-schema.ts';

/** An index for counting rejected and exhausted deliveries at each scrape, among millions of landed ones. */
export const restingDeliveries: Migration = {
  name: '0006-resting-deliveries',
  async up(knex, { dialect, traits }) {
    const index = 'deliveries_resting';
    // MySQL commits at each schema change, so an interrupted migration may have made the index already.
    if ((await listIndexes(knex, dialect, 'deliveries')).includes(index)) return;
    const restingOnly = traits.partialIndexes ? ` WHERE state IN ('rejected', 'exhausted')` : '';
    await knex.raw(`CREATE INDEX ${index} ON deliveries (state, destination)${restingOnly}`);
  },
};
