import { existsSync } from 'node:fs';
import {
  AdapterMisconfigured,
  DestinationUnavailable,
  reportingColumns,
  reportingTable,
  type AdapterTools,
  type Database,
} from '#contract';

/** The reporting database, as far as this adapter uses it. */
export interface SqlClient {
  readonly dialect: Database['dialect'];
  /** Makes the table, or brings it up to date. */
  prepare(): Promise<void>;
  /** Writes rows in one statement. A row with a newer revision stays as it is; the same one is written again, since settings may differ. */
  write(rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** True when an error lies in the values of a row, and would be the same next time. */
  isDataError(error: unknown): boolean;
  /** Undefined when the database is a file that was not made yet. */
  countRows(): Promise<number | undefined>;
  close(): Promise<void>;
}

// An update leaves a newer row alone; the column that decides is assigned last, as MySQL needs it.
const columns = [
  ...reportingColumns.map((column) => column.name).filter((name) => name !== 'revision'),
  'revision',
];

export function createClient(url: string, tools: AdapterTools): SqlClient {
  const database = tools.openDatabase(url);
  const orUnavailable = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AdapterMisconfigured || database.isDataError(error)) throw error;
      // The driver's message may hold values: only its code is told.
      const code = (error as { code?: unknown }).code;
      const shown = typeof code === 'string' ? code : 'no answer';
      if (database.isRefused(error)) {
        throw new AdapterMisconfigured(
          `The reporting database refuses what the adapter asks (${shown}).`,
          `Check REPORTING_DATABASE_URL, and that its user may create and write the table ${reportingTable}.`,
          { cause: error },
        );
      }
      throw new DestinationUnavailable(`The reporting database cannot be used now (${shown}).`, {
        cause: error,
      });
    }
  };
  return {
    dialect: database.dialect,
    prepare: () =>
      orUnavailable(async () => {
        await tools.migrateReporting(database);
        if (await database.knex.schema.hasTable(reportingTable)) return;
        throw new AdapterMisconfigured(
          `The table ${reportingTable} is gone, though the database remembers that it was made.`,
          `Restore it, or drop the table jet_reporting_migrations too: then it is made anew, and "npm run replay -- --all" fills it.`,
        );
      }),
    write: (rows) =>
      orUnavailable(() =>
        database.upsert(database.knex, {
          table: reportingTable,
          columns,
          key: ['call_id'],
          rows: rows.map((row) => columns.map((column) => row[column])),
          when: ({ incoming, stored }) => `${incoming('revision')} >= ${stored('revision')}`,
        }),
      ),
    isDataError: (error) => database.isDataError(error),
    countRows: () =>
      orUnavailable(async () => {
        // Opening a file that is not there would make it.
        if (database.file !== undefined && !existsSync(database.file)) return undefined;
        const [row] = await database.knex(reportingTable).count<{ rows: number | string }[]>({ rows: '*' });
        return Number(row?.rows ?? 0);
      }),
    close: () => database.close(),
  };
}
