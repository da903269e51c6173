import type { Migration } from '../../database/migration.ts';
import { dropIndex, listIndexes } from '../../database/schema/ask-schema.ts';
import { replacedIndexes, reportIndexes } from '../report-indexes.ts';
import { reportingTable } from '../reporting-column.ts';

/**
 * The migration that makes the present indexes of the reports and drops the indexes that they replace. When an index changes,
 * give it a new name and add one more migration with the next number.
 */
export const makeIndexes = (number: number): Migration => ({
  name: `${String(number).padStart(4, '0')}-report-indexes`,
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
});
