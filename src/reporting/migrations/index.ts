import type { Migration } from '../../database/migration.ts';
import type { ReportingColumn } from '../reporting-column.ts';
import { reportingColumns } from '../reporting-columns.ts';
import { makeViews } from '../views/make-views.ts';
import { jetCalls } from './0001-jet-calls.ts';
import { longerClickIds } from './0002-longer-click-ids.ts';
import { typedColumns } from './0004-typed-columns.ts';
import { reportTablesMigration } from './0005-report-tables.ts';
import { addColumns } from './add-columns.ts';
import { makeIndexes } from './make-indexes.ts';

const written: readonly Migration[] = [
  jetCalls,
  longerClickIds,
  typedColumns,
  reportTablesMigration,
  makeIndexes(6),
  makeViews(7),
  makeIndexes(8),
  makeViews(9),
  makeViews(10),
];

/** The migrations that follow from the columns' `since`, in order. */
export function migrationsOfColumns(columns: readonly ReportingColumn[]): Migration[] {
  const later = columns.filter(({ since }) => since > 1);
  const numbers = [...new Set(later.map(({ since }) => since))].sort((a, b) => a - b);
  return numbers.map((number) =>
    addColumns(
      number,
      later.filter(({ since }) => since === number),
    ),
  );
}

/** The schema of the reporting database, in order. */
export const reportingMigrations: readonly Migration[] = [
  ...written,
  ...migrationsOfColumns(reportingColumns),
].sort((a, b) => a.name.localeCompare(b.name, 'en'));

/** The table in which the reporting database records the steps of its schema. */
export const reportingMigrationsTable = 'jet_reporting_migrations';
