import { LRUCache } from 'lru-cache';

/** A connection of the sqlite3 driver, as far as knex uses it. */
export interface SqliteConnection {
  all: Execute;
  run: Execute;
  close: (done: (error: Error | null) => void) => void;
  prepare(sql: string, done: (error: Error | null) => void): SqliteStatement;
}

type Execute = (sql: string, bindings: readonly unknown[], done: Done) => void;
/** knex reads how many rows were changed from the statement, which is `this`. */
type Done = (this: SqliteStatement, error: Error | null, rows?: unknown) => void;

interface SqliteStatement {
  all(bindings: readonly unknown[], done: Done): void;
  run(bindings: readonly unknown[], done: Done): void;
  finalize(): void;
}

const keptMax = 200;
// Longer texts hold lists of values, and rarely come again.
const keptLengthMax = 4_000;

/**
 * Lets a connection keep its prepared statements: by itself the driver prepares each text anew, which costs a
 * second way through its threads and back to ours.
 *
 * A transaction asks for the lock when it begins. A deferred one that reads first could not wait for the lock
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
        // To SQLite a statement that failed is still under way, and no transaction can be committed beside it.
        if (error !== null) kept.delete(sql);
        done.call(known, error, rows);
      });
      return;
    }
    // A text that cannot be prepared tells so here, and its execution is never called back.
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
  /** knex gives a connection back to its pool whether its transaction was committed or not. */
  const rollbackFirst = (done: Done): Done =>
    function (error, rows) {
      if (error === null) done.call(this, error, rows);
      // Where SQLite has undone it already, there is nothing to roll back.
      else execute('all', 'ROLLBACK;', [], () => done.call(this, error, rows));
    };
  connection.run = (sql, bindings, done) => execute('run', sql, bindings, done);
  connection.close = (done) => {
    // A connection that has statements left refuses to be closed.
    kept.clear();
    close(done);
  };
}
