import { statSync } from 'node:fs';
import { reportingTable } from '../reporting/reporting-column.ts';
import type { Database } from '../database/database.ts';
import { databaseFile, openDatabase } from '../database/open-database.ts';

/** The columns of the reporting table that the plan can predict. */
export interface LandedRow {
  readonly call_id: string;
  readonly direction: string;
  readonly stage: string;
  readonly status: string;
  readonly answering_point: string | null;
  readonly extension_number: string | null;
  readonly duration_seconds: number | null;
}

/** Reads the reporting table. */
export interface ReportingReader {
  /** @throws ReportingUnreadable */
  rowsOf(callIds: readonly string[]): Promise<LandedRow[]>;
  /** The ids in the table that begin with the prefix. @throws ReportingUnreadable */
  idsBeginning(prefix: string): Promise<string[]>;
  close(): Promise<void>;
}

export class ReportingUnreadable extends Error {
  override readonly name = 'ReportingUnreadable';
}

const landedColumns = [
  ...['call_id', 'direction', 'stage', 'status'],
  ...['answering_point', 'extension_number', 'duration_seconds'],
];

// Old builds of SQLite accept at most 999 values in one statement.
const idsPerQuery = 500;

export function createReportingReader(url: string): ReportingReader {
  let database: Database | undefined;

  async function read<Rows>(query: (database: Database) => Promise<Rows>): Promise<Rows> {
    try {
      if (database === undefined) {
        requireSqliteFile(url);
        database = openDatabase(url, 'read');
      }
      return await query(database);
    } catch (error) {
      if (error instanceof ReportingUnreadable) throw error;
      throw new ReportingUnreadable(await reasonOf(error, database), { cause: error });
    }
  }

  return {
    rowsOf: (callIds) =>
      read(async ({ knex }) => {
        const rows: LandedRow[] = [];
        for (let from = 0; from < callIds.length; from += idsPerQuery) {
          const found = await knex(reportingTable)
            .select<LandedRow[]>(...landedColumns)
            .whereIn('call_id', callIds.slice(from, from + idsPerQuery));
          rows.push(...found);
        }
        return rows;
      }),
    idsBeginning: (prefix) =>
      read(({ knex }) =>
        knex(reportingTable).where('call_id', 'like', `${prefix}%`).pluck<string[]>('call_id'),
      ),
    close: async () => database?.close(),
  };
}

/** SQLite creates a missing file, and an empty file would stop the receiver from starting. */
function requireSqliteFile(url: string): void {
  const path = databaseFile(url);
  if (path === undefined) return;
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) throw new ReportingUnreadable(`there is no database file at ${path}`);
}

/** Omits the driver's message, which can contain the address and the user of the database. */
async function reasonOf(error: unknown, database: Database | undefined): Promise<string> {
  const hasTable = await database?.knex.schema.hasTable(reportingTable).catch(() => undefined);
  if (hasTable === false) return `it has no table ${reportingTable}`;
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}
