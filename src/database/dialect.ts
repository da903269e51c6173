import type { Knex } from 'knex';
import type { DialectName, Traits } from './database.ts';

/**
 * The differences between the databases. Only this file asks which database it is; others ask for a property.
 * Why: docs/decisions/databases.md
 */
export interface Dialect extends Traits {
  readonly name: DialectName;
  /** The connection pool: how many statements can run at once. */
  readonly pool: Knex.PoolConfig;
  /** Many rows go into one statement as one JSON parameter, which is cheaper than binding every value. */
  readonly rowsAsJson: boolean;
  /** How many groups of pushes are stored at once. SQLite's one writer would need twice as many syncs for two groups. */
  readonly groupsMax: number;
  /**
   * A list of ids is looked up one id at a time. When a PostgreSQL table was never analysed, the planner expects a few ids
   * to match a large part of the table and reads all of it.
   */
  readonly looksUpEach: boolean;
  /**
   * SQL that keeps the planner off whole-table reads until the transaction ends. A PostgreSQL table that was never
   * analysed, as after a restore, seems so small that it reads all of it. Undefined where that does not happen.
   */
  readonly preferIndexes: string | undefined;
  /** The join that reads the left table first. PostgreSQL has none: see `keepOrder`. */
  readonly orderedJoin: string;
  /**
   * SQL that lets statements read in the order of indexes, and join in the order of their text, until the transaction ends
   * (in-index-order.ts). Undefined where the planner does so by itself.
   */
  readonly keepOrder: string | undefined;
  /** Makes a text column sort by its bytes. */
  readonly bytewise: (column: string) => string;
  /** The syntax by which an insert updates an existing row. */
  readonly upsertSyntax: 'on conflict' | 'on duplicate key';
  /** The settings that let all reads of a transaction see one state. Empty when every transaction does. */
  readonly oneView: Knex.TransactionConfig;
  /** The statement at the beginning of a transaction that reads reports. Undefined when the database needs none. */
  readonly forReports: string | undefined;
  /** The tools for backup and restore. Undefined for a file, which the kit's own commands copy. */
  readonly backupTools:
    { readonly name: string; readonly backUp: string; readonly restore: string } | undefined;
  /** A server setting that can make committed data get lost, and that a session cannot override. */
  readonly durability: DurabilitySetting | undefined;
  /** SQL that lists the names of all tables of the database, as `name`. */
  readonly listTables: string;
  /** SQL that counts the receiver's other sessions on this database, as `sessions`. Undefined for a file. */
  readonly countOtherSessions: string | undefined;
  /** The suffix of a time in UTC when it is written. */
  readonly utcSuffix: string;
  /** SQL that shows a time as `YYYY-MM-DD HH:MM:SS.SSS`, a day as `YYYY-MM-DD` and a JSON value as JSON text. */
  readonly asText: Readonly<Record<'instant' | 'local' | 'date' | 'json', (column: string) => string>>;
  /** The values cause the error (by SQLSTATE class or driver code): the same values fail again. */
  readonly isDataError: (error: DriverError) => boolean;
  /** The database cannot work now, whatever the values are: unreachable, locked, full or damaged. */
  readonly isAway: (error: DriverError) => boolean;
  readonly isUniqueViolation: (error: DriverError) => boolean;
  /** The transaction was rolled back because of another one. An immediate retry can succeed. */
  readonly isConflict: (error: DriverError) => boolean;
  /** The server accepts no writes now: it is a standby, was demoted, or is not part of its cluster. */
  readonly isReadOnly: (error: DriverError) => boolean;
  /** SQL that is true while the server accepts no writes. Undefined for a file. */
  readonly refusesWrites: string | undefined;
  /** The server variable that is ON at a node of a cluster whose nodes do not share locks (Galera). */
  readonly clusterSetting: string | undefined;
  /** The user, the password, the database's name or a permission is refused. */
  readonly isRefused: (error: DriverError) => boolean;
  /** The statement names a column that the table does not have. */
  readonly isUnknownColumn: (error: DriverError) => boolean;
}

// Close idle connections before the server does.
const serverPool: Knex.PoolConfig = { min: 0, max: 10, idleTimeoutMillis: 10_000 };

const connectionLost = /^(?:ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

// The server runs with read_only (1290), is in read-only mode (1836, 1874), allows only transactions that read (1792), is not
// part of its Galera cluster (1047), or could not commit (1180).
const readOnlyNumbers = [1290, 1836, 1874, 1792, 1047, 1180];

// MariaDB's own, without a name in the driver: the connection was killed (1927), or a statement took too long (1969).
const endedNumbers = [1927, 1969];

export interface DurabilitySetting {
  readonly name: string;
  /** SQL that reads the setting's value. */
  readonly value: string;
  readonly keepsCommits: (value: string) => boolean;
  readonly remedy: string;
}

export interface DriverError {
  readonly message?: string;
  readonly code?: string;
  readonly errno?: number;
  readonly sqlState?: string;
  /** The driver has closed the connection. */
  readonly fatal?: boolean;
}

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  sqlite: {
    name: 'sqlite',
    isFile: true,
    transactionalSchema: true,
    partialIndexes: true,
    comparesTextExactly: true,
    bytesType: 'blob',
    changesType: undefined,
    // Instead, the one writer locks the whole file.
    rowLocks: false,
    // A second connection would only wait for the writer, and a deferred transaction could fail.
    pool: { min: 1, max: 1 },
    rowsAsJson: true,
    groupsMax: 1,
    looksUpEach: false,
    preferIndexes: undefined,
    orderedJoin: 'CROSS JOIN',
    keepOrder: undefined,
    bytewise: (column) => column,
    upsertSyntax: 'on conflict',
    oneView: {},
    forReports: undefined,
    backupTools: undefined,
    // Each connection sets its own sync mode.
    durability: undefined,
    listTables:
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
    countOtherSessions: undefined,
    utcSuffix: '',
    // The columns hold such texts already.
    asText: {
      instant: (column) => column,
      local: (column) => column,
      date: (column) => column,
      json: (column) => column,
    },
    isDataError: (error) =>
      ['SQLITE_CONSTRAINT', 'SQLITE_MISMATCH', 'SQLITE_TOOBIG'].includes(error.code ?? ''),
    isAway: (error) =>
      /^SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|PERM|NOMEM|CORRUPT|NOTADB|PROTOCOL)$/.test(
        error.code ?? '',
      ),
    isUniqueViolation: (error) => error.code === 'SQLITE_CONSTRAINT',
    // The first statement of a transaction takes the only lock, and waits for it.
    isConflict: () => false,
    // Another user may own the file, which is a fault of permissions and not of the server.
    isReadOnly: () => false,
    refusesWrites: undefined,
    clusterSetting: undefined,
    isRefused: (error) => /^SQLITE_(?:READONLY|PERM|AUTH|CANTOPEN)$/.test(error.code ?? ''),
    isUnknownColumn: (error) => /has no column named|no such column/.test(error.message ?? ''),
  },
  postgres: {
    name: 'postgres',
    isFile: false,
    transactionalSchema: true,
    partialIndexes: true,
    comparesTextExactly: true,
    bytesType: 'bytea',
    changesType: (column, type) => `ALTER COLUMN ${column} TYPE ${type}`,
    rowLocks: true,
    pool: serverPool,
    rowsAsJson: false,
    groupsMax: 2,
    looksUpEach: true,
    preferIndexes: "SELECT set_config('enable_seqscan', 'off', true)",
    orderedJoin: 'JOIN',
    // What is off has a high price, and a high price would have the statement compiled, which takes longer than to run it.
    keepOrder: `SELECT set_config('jit', 'off', true), set_config('join_collapse_limit', '1', true), ${[
      'seqscan',
      'bitmapscan',
      'hashjoin',
      'mergejoin',
      'sort',
    ]
      .map((way) => `set_config('enable_${way}', 'off', true)`)
      .join(', ')}`,
    // By default text is sorted by the language of the database.
    bytewise: (column) => `${column} COLLATE "C"`,
    upsertSyntax: 'on conflict',
    oneView: { isolationLevel: 'repeatable read', readOnly: true },
    // The default costs are those of a spinning disk, and read the whole table for a month. Compiling a plan takes up to
    // 400 ms and saves less. Of ten million calls, a month's callers need a hash table of 20 MB, which is twice work_mem.
    forReports:
      "SELECT set_config('jit', 'off', true), set_config('random_page_cost', '1.1', true), " +
      "set_config('work_mem', GREATEST(pg_size_bytes(current_setting('work_mem')), pg_size_bytes('16MB')) / 1024 || 'kB', true)",
    backupTools: {
      name: 'PostgreSQL',
      backUp: 'pg_dump --format=custom',
      restore: 'pg_restore --clean --if-exists --single-transaction',
    },
    durability: {
      name: 'fsync',
      value: "current_setting('fsync')",
      keepsCommits: (value) => value === 'on',
      remedy: 'Set fsync = on in postgresql.conf and reload the server.',
    },
    listTables:
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'",
    countOtherSessions:
      "SELECT count(*) AS sessions FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'jet-receiver' AND pid <> pg_backend_pid()",
    utcSuffix: '+00',
    asText: {
      instant: (column) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS')`,
      local: (column) => `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.MS')`,
      date: (column) => `to_char(${column}, 'YYYY-MM-DD')`,
      json: (column) => `CAST(${column} AS text)`,
    },
    // 22: data exception, 23: integrity constraint violation; 54000: a row or value over a limit.
    isDataError: (error) => /^(?:22|23|54)\w{3}$/.test(error.code ?? ''),
    // 08: connection, 28 and 3D: login and database, 40: transaction rolled back, 53: out of resources, 57: operator
    // intervention, 58: system, 25006: read-only, 25P03: idle transaction, 55P03: lock, XX001 and XX002: damaged. pg
    // gives no code for its own errors.
    isAway: (error) =>
      connectionLost.test(error.code ?? '') ||
      /^(?:08|28|3D|40|53|57|58)\w{3}$|^(?:25006|25P03|55P03|XX001|XX002)$/.test(error.code ?? '') ||
      (error.code === undefined &&
        /Connection terminated|timeout expired|not queryable/i.test(error.message ?? '')),
    isUniqueViolation: (error) => error.code === '23505',
    isConflict: (error) => error.code === '40001' || error.code === '40P01',
    isReadOnly: (error) => error.code === '25006',
    refusesWrites: "pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'",
    clusterSetting: undefined,
    // 28: login, 3D000: no such database, 42501: a missing permission.
    isRefused: (error) => /^28\w{3}$|^(?:3D000|42501)$/.test(error.code ?? ''),
    isUnknownColumn: (error) => error.code === '42703',
  },
  mysql: {
    name: 'mysql',
    isFile: false,
    // MySQL and MariaDB commit before each schema change.
    transactionalSchema: false,
    partialIndexes: false,
    // The default collations treat A as a, and á as a.
    comparesTextExactly: false,
    // A plain blob holds 64 KB, less than the largest push.
    bytesType: 'mediumblob',
    changesType: (column, type) => `MODIFY COLUMN ${column} ${type}`,
    rowLocks: true,
    pool: serverPool,
    rowsAsJson: false,
    groupsMax: 1,
    looksUpEach: false,
    preferIndexes: undefined,
    orderedJoin: 'STRAIGHT_JOIN',
    keepOrder: undefined,
    // The kit's tables have the collation utf8mb4_bin.
    bytewise: (column) => column,
    upsertSyntax: 'on duplicate key',
    oneView: { isolationLevel: 'repeatable read' },
    forReports: undefined,
    backupTools: {
      name: 'MySQL or MariaDB',
      backUp: 'mariadb-dump --single-transaction --hex-blob',
      restore: 'mariadb',
    },
    durability: {
      name: 'innodb_flush_log_at_trx_commit',
      value: '@@GLOBAL.innodb_flush_log_at_trx_commit',
      // MariaDB's value 3 also syncs each commit.
      keepsCommits: (value) => value === '1' || value === '3',
      remedy: 'Set innodb_flush_log_at_trx_commit = 1 in the server and in its configuration.',
    },
    listTables:
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'",
    // A user without the PROCESS privilege sees only its own sessions, which are the receiver's.
    countOtherSessions:
      'SELECT COUNT(*) AS sessions FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
    utcSuffix: '',
    asText: {
      instant: (column) => `LEFT(DATE_FORMAT(${column}, '%Y-%m-%d %H:%i:%s.%f'), 23)`,
      local: (column) => `LEFT(DATE_FORMAT(${column}, '%Y-%m-%d %H:%i:%s.%f'), 23)`,
      date: (column) => `DATE_FORMAT(${column}, '%Y-%m-%d')`,
      json: (column) => `CAST(${column} AS CHAR CHARACTER SET utf8mb4)`,
    },
    // 1265: truncated, 1364: no default, 1366: incorrect value, 3819: a CHECK of MySQL 8. Their SQLSTATE is unspecific.
    isDataError: (error) =>
      /^(?:22|23)\w{3}$/.test(error.sqlState ?? '') || [1265, 1364, 1366, 3819].includes(error.errno ?? 0),
    isAway: (error) =>
      error.fatal === true ||
      [...readOnlyNumbers, ...endedNumbers].includes(error.errno ?? 0) ||
      connectionLost.test(error.code ?? '') ||
      /^(?:PROTOCOL_\w+|ER_(?:CON_COUNT_ERROR|TOO_MANY_USER_CONNECTIONS|USER_LIMIT_REACHED|HOST_IS_BLOCKED|SERVER_SHUTDOWN|DISK_FULL|RECORD_FILE_FULL|OPTION_PREVENTS_STATEMENT|CLIENT_INTERACTION_TIMEOUT|CONNECTION_KILLED|QUERY_INTERRUPTED|LOCK_WAIT_TIMEOUT|LOCK_DEADLOCK|CHECKREAD))$/.test(
        error.code ?? '',
      ),
    isUniqueViolation: (error) => error.code === 'ER_DUP_ENTRY',
    isConflict: (error) => error.code === 'ER_LOCK_DEADLOCK' || error.code === 'ER_CHECKREAD',
    isReadOnly: (error) => readOnlyNumbers.includes(error.errno ?? 0),
    // A boolean in most versions, a word in the newest of MariaDB.
    refusesWrites: "@@GLOBAL.read_only NOT IN ('0', 'OFF')",
    clusterSetting: 'wsrep_on',
    isRefused: (error) =>
      /^ER_(?:ACCESS_DENIED|DBACCESS_DENIED|TABLEACCESS_DENIED|COLUMNACCESS_DENIED|BAD_DB|ACCOUNT_HAS_BEEN_LOCKED)/.test(
        error.code ?? '',
      ),
    isUnknownColumn: (error) => error.code === 'ER_BAD_FIELD_ERROR',
  },
};
