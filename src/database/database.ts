import type { Knex } from 'knex';

export type DialectName = 'sqlite' | 'postgres' | 'mysql';

/** The differences between kinds of databases that matter to schemas and statements. */
export interface Traits {
  /** The database is one file on this machine. Only one writer at a time can change it. */
  readonly isFile: boolean;
  /** A rolled-back transaction also undoes its schema changes. */
  readonly transactionalSchema: boolean;
  /** An index can have a condition that leaves rows out. */
  readonly partialIndexes: boolean;
  /** Text is compared exactly (case and accents count) without a collation for each table. */
  readonly comparesTextExactly: boolean;
  /** The column type for up to 16 MB of bytes. */
  readonly bytesType: string;
  /** The part of ALTER TABLE that changes the type of a nullable column. Undefined when types have no length. */
  readonly changesType: ((column: string, type: string) => string) | undefined;
  /** SELECT ... FOR UPDATE can lock rows. */
  readonly rowLocks: boolean;
}

/** Names a column of the incoming row or of the stored row, for SQL expressions. */
export interface UpsertNames {
  readonly incoming: (column: string) => string;
  readonly stored: (column: string) => string;
}

export interface Upsert {
  readonly table: string;
  readonly columns: readonly string[];
  /** One array for each row, in the order of `columns`: text, numbers, booleans and null. */
  readonly rows: readonly (readonly unknown[])[];
  /** The columns of the primary or unique key that decides between insert and update. */
  readonly key: readonly string[];
  /**
   * What an update assigns instead of the incoming value. MySQL assigns in this order and reads the new values: put a
   * column last when other expressions read it.
   */
  readonly assign?: Readonly<Record<string, (names: UpsertNames) => string>>;
  /** An update happens only when this holds. The columns that it reads must come last in `columns`. */
  readonly when?: (names: UpsertNames) => string;
  /**
   * Columns with long texts, never null. A statement that writes several tables passes these texts in a value of their own, so
   * that they need no escapes.
   */
  readonly long?: readonly string[];
  /** Columns whose text is stored as its UTF-8 bytes. */
  readonly binary?: readonly string[];
}

/** One open database with the kit's settings: durable commits, UTC, strict mode, bigint as numbers. */
export interface Database {
  readonly knex: Knex;
  readonly dialect: DialectName;
  readonly traits: Traits;
  /** The absolute path of an SQLite database. The first migration makes the file and its folder. */
  readonly file: string | undefined;
  /** Inserts rows in one statement. A row whose key exists is updated. */
  upsert(within: Knex | Knex.Transaction, upsert: Upsert): Promise<void>;
  /** True when the values cause the error, so that a retry with the same values fails too. */
  isDataError(error: unknown): boolean;
  /** True when the database refuses the user, the password or a permission. A person must act. */
  isRefused(error: unknown): boolean;
  /** True when the statement names a column that its table does not have. */
  isUnknownColumn(error: unknown): boolean;
  /** True when the database cannot work now: unreachable, locked, full or damaged. */
  isAway(error: unknown): boolean;
  /**
   * Opens the same database again without time limits, for schema changes. Normally a server ends a statement after 15 s,
   * and a silent connection is closed after 20 s. The caller must close the result.
   */
  openPatiently(): Database;
  /**
   * Checks whether an SQLite database is still the file at its path. Writes to a replaced file are lost although SQLite
   * reports success, so check again after a write before you report success.
   *
   * @returns what happened to the file; undefined while it is in place, and for a server
   */
  findLostFile(): LostFile | undefined;
  close(): Promise<void>;
}

/** An open SQLite file that is no longer the file at its path. */
export interface LostFile {
  /** A sentence that says what happened. */
  readonly reason: string;
  /** The database file itself is in place. Only its log or its shared memory is not. */
  readonly isLogOnly: boolean;
  /** Another program wrote into the files. The log no longer matches the database file. */
  readonly isOverwritten: boolean;
}
