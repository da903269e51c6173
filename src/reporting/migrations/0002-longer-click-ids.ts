import { MigrationBlocked, type Migration } from '../../database/migration.ts';
import { reportingColumns, type ReportingColumnName } from '../reporting-columns.ts';
import { reportingSqlType, reportingTable } from '../reporting-column.ts';

const widened: readonly ReportingColumnName[] = ['campaign', 'gclid'];

// PostgreSQL: a view uses the column.
const featureNotSupported = '0A000';

/** SQLite keeps no lengths. The others widen a column without rewriting its rows. */
export const longerClickIds: Migration = {
  name: '0002-longer-click-ids',
  async up(knex, { dialect, traits: { changesType } }) {
    if (changesType === undefined) return;
    const changes = reportingColumns
      .filter(({ name }) => widened.includes(name))
      .map((column) => changesType(column.name, reportingSqlType(column, dialect)));
    try {
      await knex.raw(`ALTER TABLE ${reportingTable} ${changes.join(', ')}`);
    } catch (error) {
      if ((error as { code?: unknown }).code !== featureNotSupported) throw error;
      throw new MigrationBlocked(
        `A view uses a column of ${reportingTable} that must become longer: ${widened.join(' or ')}.`,
        'Drop the views that use it (DROP VIEW), wait until calls land again, and make the views again.',
        { cause: error },
      );
    }
  },
};
