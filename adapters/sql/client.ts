import { existsSync } from 'node:fs';
import {
  AdapterMisconfigured,
  DestinationUnavailable,
  untilAborted,
  type AdapterTools,
  type Database,
} from '#contract';
import { daysOfCalls, reportingTable, writeReportSettings, type ReportSettings } from '#reporting';
import { columnNames, type Value } from './mapping.ts';
import { createSummary } from './summary.ts';

/** The reporting database, as this adapter uses it. */
export interface SqlClient {
  readonly dialect: Database['dialect'];
  /** Creates the table and its views, or migrates them, and writes the settings that the views use. */
  prepare(signal: AbortSignal): Promise<void>;
  /**
   * Writes rows in one statement. A row with a newer revision stays. The same revision is written again, since settings
   * may differ.
   */
  write(written: WrittenRows, signal: AbortSignal): Promise<void>;
  /** The row of a call as the driver returns it. Undefined when there is none. */
  read(callId: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** True when the values of a row caused the error, so that it would fail again. */
  isDataError(error: unknown): boolean;
  /**
   * Undefined when the first start has not made the table yet.
   * @throws AdapterMisconfigured when the table lacks columns; the message names them
   */
  countRows(signal: AbortSignal): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface WrittenRows {
  /** The values of `columnNames`. */
  readonly rows: readonly (readonly Value[])[];
  /** The local days of the rows. */
  readonly days: readonly string[];
  /** The ids of the calls that already have a row: such a call can move to another day. */
  readonly landedBefore: readonly string[];
}

export function createClient(url: string, settings: ReportSettings, tools: AdapterTools): SqlClient {
  const database = tools.openDatabase(url);
  const summary = createSummary(database, tools);
  const requireFile = (): void => {
    const lost = database.findLostFile();
    if (lost === undefined) return;
    throw new DestinationUnavailable(
      `${lost.reason} Stop the receiver, put the reporting database back, and start the receiver. Without it the next start makes a new one, and "npm run replay -- --destination sql --all" fills it.`,
    );
  };
  /** Somebody may drop a column, or restore a table from an older version. */
  const requireColumns = async (): Promise<void> => {
    const there = await database
      .knex(reportingTable)
      .columnInfo()
      .catch(() => ({}));
    // If the table is missing or nothing answers, the statement itself reports it.
    if (Object.keys(there).length === 0) return;
    const missing = columnNames.filter((name) => !(name in there));
    if (missing.length === 0) return;
    throw new AdapterMisconfigured(
      `The table ${reportingTable} has no ${missing.length === 1 ? 'column' : 'columns'} ${missing.join(', ')}.`,
      `Add ${missing.length === 1 ? 'it' : 'them'} with the types that docs/reporting-columns.md gives. Then "npm run replay -- --destination sql --all" fills the rows.`,
    );
  };
  /** On a server the database is there before the first start, but without our tables. */
  const isMade = async (): Promise<boolean> =>
    (await database.knex.schema.hasTable('jet_reporting_migrations')) ||
    (await database.knex.schema.hasTable(reportingTable));
  // A sent statement cannot be cancelled. After an abort it may still land, which its key makes harmless.
  const orUnavailable = async <Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> => {
    try {
      signal.throwIfAborted();
      requireFile();
      const result = await untilAborted(work(), signal);
      // SQLite reports success even when its file was moved or removed meanwhile.
      requireFile();
      return result;
    } catch (error) {
      if (database.isUnknownColumn(error)) await untilAborted(requireColumns(), signal);
      if (
        error instanceof AdapterMisconfigured ||
        error instanceof DestinationUnavailable ||
        database.isDataError(error)
      )
        throw error;
      // The driver's message can hold values, so only its code is shown.
      const { code: given } = error as { code?: unknown };
      const code = typeof given === 'string' ? given : 'no answer';
      if (database.isRefused(error)) {
        throw new AdapterMisconfigured(
          `The reporting database refuses this user (${code}).`,
          'Check the user, the password and the database in REPORTING_DATABASE_URL, and the rights of the user.',
          { cause: error },
        );
      }
      throw new DestinationUnavailable(`The reporting database cannot be used now (${code}).`, {
        cause: error,
      });
    }
  };
  return {
    dialect: database.dialect,
    prepare: (signal) =>
      orUnavailable(signal, async () => {
        await tools.migrateReporting(database);
        if (await database.knex.schema.hasTable(reportingTable)) {
          await writeReportSettings(database, settings);
          await summary.begin();
          return;
        }
        throw new AdapterMisconfigured(
          `The table ${reportingTable} is missing, although the database records that it was made.`,
          `Restore the table, or drop jet_reporting_migrations too: then both tables are created again, and "npm run replay -- --all" fills it.`,
        );
      }),
    write: ({ rows, days, landedBefore }, signal) =>
      orUnavailable(signal, async () => {
        const daysBefore = await daysOfCalls(database, landedBefore);
        await database.upsert(database.knex, {
          table: reportingTable,
          columns: columnNames,
          key: ['call_id'],
          rows,
          // Leaves a newer row unchanged.
          when: ({ incoming, stored }) => `${incoming('revision')} >= ${stored('revision')}`,
        });
        summary.touch([...daysBefore, ...days]);
      }),
    read: (callId, signal) =>
      orUnavailable(signal, async () => {
        if (database.file !== undefined && !existsSync(database.file)) return undefined;
        return database
          .knex(reportingTable)
          .where({ call_id: callId })
          .first<Record<string, unknown> | undefined>('*');
      }),
    isDataError: (error) => database.isDataError(error),
    countRows: (signal) =>
      orUnavailable(signal, async () => {
        // Opening a missing file would create it.
        if (database.file !== undefined && !existsSync(database.file)) return undefined;
        if (database.file === undefined && !(await isMade())) return undefined;
        await requireColumns();
        const [row] = await database.knex(reportingTable).count<{ rows: number | string }[]>({ rows: '*' });
        return Number(row?.rows ?? 0);
      }),
    async close() {
      await summary.close();
      await database.close();
    },
  };
}
