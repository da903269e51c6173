import { LRUCache } from 'lru-cache';

/** The parts of an sqlite3 connection that knex uses. */
export interface SqliteConnection {
  all: Execute;
  run: Execute;
  close: (done: (error: Error | null) => void) => void;
  prepare(sql: string, done: (error: Error | null) => void): SqliteStatement;
}

type Execute = (sql: string, bindings: readonly unknown[], done: Done) => void;
/** knex reads the number of changed rows from `this`, the statement. */
type Done = (this: SqliteStatement, error: Error | null, rows?: unknown) => void;

interface SqliteStatement {
  all(bindings: readonly unknown[], done: Done): void;
  run(bindings: readonly unknown[], done: Done): void;
  finalize(): void;
}

const keptMax = 200;
// Longer texts contain lists of values and are rarely used again.
const keptLengthMax = 4_000;

/**
 * Lets a connection keep its prepared statements. By default the driver prepares every text again, which costs a second
 * trip through its threads.
 *
 * A write transaction takes the lock when it begins. A deferred transaction that reads first could not wait for the lock
 * later: SQLite refuses it at once.
 */
export function keepStatements(connection: SqliteConnection, mode: 'write' | 'read'): void {
  const kept = new LRUCache<string, SqliteStatement>({
    max: keptMax,
    dispose: (statement) => statement.finalize(),
  });
  const close = connection.close.bind(connection);

  const execute = (method: 'all' | 'run', sql: string, bindings: readonly unknown[], done: Done): void => {
    const known = kept.get(sql);
    if (known !== undefined) {
      known[method](bindings, function (error, rows) {
        // SQLite treats a failed statement as still running, which would block a commit.
        if (error !== null) kept.delete(sql);
        done.call(known, error, rows);
      });
      return;
    }
    // A text that cannot be prepared is reported here. Its execution never calls back.
    const statement = connection.prepare(sql, (error) => {
      if (error !== null) done.call(statement, error);
    });
    statement[method](bindings, function (error, rows) {
      if (error === null && sql.length <= keptLengthMax && !kept.has(sql)) kept.set(sql, statement);
      else statement.finalize();
      done.call(statement, error, rows);
    });
  };

  connection.all = (sql, bindings, done) => {
    if (sql === 'COMMIT;') execute('all', sql, bindings, rollbackFirst(done));
    else execute('all', mode === 'write' && sql === 'BEGIN;' ? 'BEGIN IMMEDIATE;' : sql, bindings, done);
  };
  /** Rolls back after a failed commit, because knex returns the connection to its pool either way. */
  const rollbackFirst = (done: Done): Done =>
    function (error, rows) {
      if (error === null) done.call(this, error, rows);
      // If SQLite has rolled back already, this statement does nothing.
      else execute('all', 'ROLLBACK;', [], () => done.call(this, error, rows));
    };
  connection.run = (sql, bindings, done) => execute('run', sql, bindings, done);
  connection.close = (done) => {
    // SQLite refuses to close a connection with open statements.
    kept.clear();
    close(done);
  };
}
