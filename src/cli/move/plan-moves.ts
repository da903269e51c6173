import { reportingMigrations, reportingMigrationsTable } from '../../reporting/migrations/index.ts';
import { storeMigrations } from '../../store/migrations/index.ts';
import type { Settings } from '../../config/read-settings.ts';
import { databaseUrlFault } from '../../database/database-url.ts';
import { reportingColumns } from '../../reporting/reporting-columns.ts';
import { reportingTable } from '../../reporting/reporting-column.ts';
import { reportTables } from '../../reporting/calendar/report-tables.ts';
import { reportViews } from '../../reporting/views/report-views.ts';
import { isSameDatabase, showDatabase } from '../../store/move/database-name.ts';
import type { Move } from '../../store/move/move-plan.ts';
import { readTableShapes, type ColumnKind } from '../../store/move/table-shape.ts';
import { storeMigrationsTable } from '../../store/store.ts';
import { UsageError } from '../command-context.ts';

export interface MoveOptions {
  readonly to?: string;
  readonly reportingTo?: string;
}

const reportingSetting = 'REPORTING_DATABASE_URL';

/**
 * Plans which database is moved to which target.
 *
 * @throws UsageError when no target is given, or when a target cannot be used
 */
export async function planMoves(settings: Settings, { to, reportingTo }: MoveOptions): Promise<Move[]> {
  if (to === undefined && reportingTo === undefined)
    throw new UsageError(
      'Give a target: --to <url> for the store, --reporting-to <url> for the reporting table.',
    );
  const moves: Move[] = [];
  if (to !== undefined) {
    const from = settings.core.DATABASE_URL;
    requireTarget('--to', to, from);
    moves.push({
      ...{ what: 'store', from, to, toShown: showDatabase(to) },
      ...{ migrations: storeMigrations, migrationsTable: storeMigrationsTable },
      shapes: await readTableShapes(storeMigrations),
      isAllowedBeside: (table) =>
        table === reportingMigrationsTable ||
        [reportingTable, ...reportTables.map(({ name }) => name)].includes(table),
    });
  }
  if (reportingTo !== undefined) {
    const from = settings.adapters.get('sql')?.[reportingSetting];
    if (typeof from !== 'string')
      throw new UsageError('There is no reporting table to move: ADAPTERS does not name sql.');
    requireTarget('--reporting-to', reportingTo, from);
    moves.push({
      ...{ what: 'reporting table', from, to: reportingTo, toShown: showDatabase(reportingTo) },
      ...{ migrations: reportingMigrations, migrationsTable: reportingMigrationsTable },
      // The worker writes the other tables again: the calendar, the settings and the summary.
      shapes: (await readTableShapes(reportingMigrations, kindInReporting)).filter(
        ({ name }) => name === reportingTable,
      ),
      views: reportViews.map(({ name }) => name),
      // The reporting table may share its database with other tables, as in a data warehouse.
      isAllowedBeside: () => true,
    });
  }
  return moves;
}

function requireTarget(option: string, to: string, from: string): void {
  const fault = databaseUrlFault(to);
  if (fault !== undefined) throw new UsageError(`The address after ${option} ${fault}.`);
  if (isSameDatabase(from, to))
    throw new UsageError(
      `${option} names ${showDatabase(to)}, which is the source itself. Give another database.`,
    );
}

function kindInReporting(table: string, column: string): ColumnKind | undefined {
  if (table !== reportingTable) return undefined;
  const type = reportingColumns.find(({ name }) => name === column)?.type;
  const kinds: readonly (ColumnKind | undefined)[] = ['instant', 'local', 'date', 'boolean', 'json'];
  return kinds.find((kind) => kind === type);
}
