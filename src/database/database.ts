import type { Knex } from 'knex';

export type DialectName = 'sqlite' | 'postgres' | 'mysql';

/** How a kind of database differs, as far as its schema and its statements must know. */
export interface Traits {
  /** It is one file on this machine, which one writer at a time may change. */
  readonly isFile: boolean;
  /** A schema change is undone with its transaction. */
  readonly transactionalSchema: boolean;
  /** An index may leave rows out. */
  readonly partialIndexes: boolean;
  /** Text is compared letter by letter without being told so, table by table. */
  readonly comparesTextExactly: boolean;
  /** The column type for up to 16 MB of bytes. */
  readonly bytesType: string;
  /** The part of ALTER TABLE that gives a column that may be empty another type; undefined: no type has a length. */
  readonly changesType: ((column: string, type: string) => string) | undefined;
  /** Rows can be locked by SELECT ... FOR UPDATE. */
  readonly rowLocks: boolean;
}

/** Names a column of the row that is being written, or of the row that stands. For SQL expressions. */
export interface UpsertNames {
  readonly incoming: (column: string) => string;
  readonly stored: (column: string) => string;
}

export interface Upsert {
  readonly table: string;
  readonly columns: readonly string[];
  /** One array a row, in the order of `columns`: text, numbers, booleans and null. */
  readonly rows: readonly (readonly unknown[])[];
  /** The columns of the primary or unique key that decides between insert and update. */
  readonly key: readonly string[];
  /**
   * What an update assigns, when it is not the incoming value. MySQL assigns in this order and sees what it
   * has assigned: put a column last that the other expressions read.
   */
  readonly assign?: Readonly<Record<string, (names: UpsertNames) => string>>;
  /** An update happens only when this holds. The columns that it reads must come last in `columns`. */
  readonly when?: (names: UpsertNames) => string;
  /** Columns whose values are stored as JSON text: anything that JSON can hold. */
  readonly json?: readonly string[];
  /** Columns whose text is stored as its UTF-8 bytes. */
  readonly binary?: readonly string[];
}

/** One open database under the kit's own rules (durable commits, UTC, strict mode, numbers for bigint). */
export interface Database {
  readonly knex: Knex;
  readonly dialect: DialectName;
  readonly traits: Traits;
  /** The absolute path of an SQLite database. It is made, with its folder, by the first migration. */
  readonly file: string | undefined;
  /** Inserts rows in one statement, or updates those whose key is there already. */
  upsert(within: Knex | Knex.Transaction, upsert: Upsert): Promise<void>;
  /** True when the error is the database's answer about the values given, and would be the same next time. */
  isDataError(error: unknown): boolean;
  /** True when the database refuses the user, the password or a right: a person has to act. */
  isRefused(error: unknown): boolean;
  /** True when the statement names a column that its table does not have. */
  isUnknownColumn(error: unknown): boolean;
  /** True when the error says that the database cannot work now: away, locked, full, damaged. */
  isAway(error: unknown): boolean;
  /**
   * Opens the same database once more, for changes of the schema: a server ends other statements after 15 s, and a
   * connection on which it says nothing is given up after 20 s. For the caller to close.
   */
  openPatiently(): Database;
  /**
   * Looks whether an SQLite database is still the file at its path. What is written to another one is lost, though
   * SQLite reports success: look again after a write, before you report it.
   *
   * @returns what happened to the file; undefined while it is in its place, and for a server
   */
  findLostFile(): LostFile | undefined;
  close(): Promise<void>;
}

/** An SQLite file that is open, and no longer the one at its path. */
export interface LostFile {
  /** What happened, as a sentence. */
  readonly reason: string;
  /** The database file itself is in its place: only its log or its shared memory is not. */
  readonly isLogOnly: boolean;
  /** Something else was written into the files. What is in the log does not fit the database file any more. */
  readonly isOverwritten: boolean;
}
