import { existsSync } from 'node:fs';
import type { Knex } from 'knex';
import type { Database, DialectName } from '../../database/database.ts';
import { dialects } from '../../database/dialect.ts';
import { hasAllViews } from '../migrations/has-all-views.ts';

/** The reporting database, for pages that read it. */
export interface ReportDatabase {
  /**
   * Reads in one transaction, so that all numbers of a page agree. A server ends a statement after 15 s.
   * @throws ReportsUnavailable
   */
  read<Result>(work: (within: Knex.Transaction, dialect: DialectName) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** The reporting database cannot answer. The message is a sentence for a page. */
export class ReportsUnavailable extends Error {}

/** Reads a report in one transaction, with the settings that the database needs for it. */
export async function readTogether<Result>(
  { knex, dialect }: Database,
  work: (within: Knex.Transaction, dialect: DialectName) => Promise<Result>,
): Promise<Result> {
  const { oneView, forReports } = dialects[dialect];
  return knex.transaction(async (within) => {
    if (forReports !== undefined) await within.raw(forReports);
    return work(within, dialect);
  }, oneView);
}

/**
 * Opens the database when it is first read.
 *
 * @param file the file of an SQLite database, which must not be made by a reader
 */
export function createReportDatabase(open: () => Database, file: string | undefined): ReportDatabase {
  let database: Database | undefined;
  let hasViews = false;

  const present = async (): Promise<Database> => {
    if (file !== undefined && !existsSync(file))
      throw new ReportsUnavailable(
        'The reporting database is not there yet. The receiver makes it when it begins to deliver to "sql".',
      );
    if (database?.findLostFile() !== undefined) {
      await database.close();
      database = undefined;
      hasViews = false;
    }
    database ??= open();
    hasViews ||= await hasAllViews(database);
    if (!hasViews)
      throw new ReportsUnavailable(
        'The reporting database lacks some views of this version. The receiver makes them when it begins to deliver to "sql".',
      );
    return database;
  };

  return {
    async read(work) {
      try {
        return await readTogether(await present(), work);
      } catch (error) {
        const { code } = error as { code?: unknown };
        const isFault = typeof code === 'string' || database?.isAway(error) === true;
        if (error instanceof ReportsUnavailable || !isFault) throw error;
        throw new ReportsUnavailable(
          `The reporting database cannot be reached, or the report took too long (${typeof code === 'string' ? code : 'no answer'}). Load the page again soon, or choose a shorter period.`,
          { cause: error },
        );
      }
    },
    async close() {
      await database?.close();
    },
  };
}
