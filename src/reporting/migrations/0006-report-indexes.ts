import type { Migration } from '../../database/migration.ts';
import { dropIndex, listIndexes } from '../../database/schema/ask-schema.ts';
import { replacedIndexes, reportIndexes } from '../report-indexes.ts';
import { reportingTable } from '../reporting-column.ts';

/** Makes the indexes of the reports and drops the single ones that they replace. */
export const reportIndexesMigration: Migration = {
  name: '0006-report-indexes',
  async up(knex, { dialect, traits }) {
    const there = await listIndexes(knex, dialect, reportingTable);
    for (const { name, columns, where } of reportIndexes) {
      if (there.includes(name)) continue;
      const condition = where !== undefined && traits.partialIndexes ? ` WHERE ${where}` : '';
      await knex.raw(`CREATE INDEX ${name} ON ${reportingTable} (${columns.join(', ')})${condition}`);
    }
    for (const name of replacedIndexes)
      if (there.includes(name)) await dropIndex(knex, dialect, reportingTable, name);
  },
};
