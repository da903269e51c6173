import { columnNames, rowOf } from '../../../adapters/sql/mapping.ts';
import { createCallCompleter } from '../../domain/call.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import { staleDays, noteSummarised, summariseDay } from '../../reporting/daily-summary.ts';
import { reportingMigrations, reportingMigrationsTable } from '../../reporting/migrations/index.ts';
import { reportingTable } from '../../reporting/reporting-column.ts';
import type { Output } from '../output.ts';
import { inventMonth, type MonthRequest } from './month-calls.ts';

export interface MonthOptions extends MonthRequest {
  /** The reporting database that gets the calls. It must have none. */
  readonly reportingUrl: string;
  readonly defaultCountry: string;
  readonly signal: AbortSignal;
}

const rowsInStatement = 200;

/**
 * Writes the invented calls of some days into an empty reporting database of its own. No receiver takes part, so the
 * receipt times can agree with the calls' own times. No sender can choose a receipt time.
 *
 * @returns the exit code
 */
export async function landMonth(options: MonthOptions, output: Output): Promise<0 | 1 | 130> {
  const database = openDatabase(options.reportingUrl, 'write', true);
  try {
    await migrate(database, reportingMigrationsTable, reportingMigrations);
    const there = await database.knex(reportingTable).first<{ call_id: string } | undefined>('call_id');
    if (there !== undefined) {
      output.print(
        'The database has calls already, and invented calls must not mix with them. Give an empty one with --reporting, such as sqlite:./data/another-month.sqlite.',
      );
      return 1;
    }
    const complete = createCallCompleter({
      ...{ defaultCountry: options.defaultCountry, defaultAreaCode: undefined },
      ...{ timeZone: options.timeZone, statusMap: new Map() },
    });
    const expected = options.days * options.callsADay;
    const progress = output.progress('Calls', expected);
    let rows: ReturnType<typeof rowOf>[] = [];
    let written = 0;
    const write = async (): Promise<void> => {
      await database.upsert(database.knex, {
        table: reportingTable,
        columns: columnNames,
        key: ['call_id'],
        rows,
      });
      written += rows.length;
      rows = [];
      progress.update(Math.min(written, expected));
    };
    for (const record of inventMonth(options)) {
      if (options.signal.aborted) break;
      const revision = record.lastReceivedAtMs;
      rows.push(rowOf(complete(record), revision, record.lastReceivedAtMs + 300, database.dialect));
      if (rows.length === rowsInStatement) await write();
    }
    await write();
    progress.stop();
    if (options.signal.aborted) {
      output.print(`Interrupted after ${written} calls. Remove the database before you try again.`);
      return 130;
    }
    for (const day of await staleDays(database)) await summariseDay(database, day);
    await noteSummarised(database, options.nowMs);
    output.print(`Seed ${options.seed}: ${written.toLocaleString('en')} calls of ${options.days} days.`);
    output.print('Look at them with REPORTING_DATABASE_URL set to that database, for example:');
    output.print('  npm run --silent export -- --view jet_daily --from 7d');
    return 0;
  } finally {
    await database.close();
  }
}
