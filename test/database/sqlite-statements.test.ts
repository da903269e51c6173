import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { inTransaction } from '../../src/database/transaction.ts';

describe('a connection to SQLite', () => {
  let folder: string;
  let database: Database;
  let other: Database;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jet-statements-'));
    database = openDatabase(`sqlite:${join(folder, 'some.sqlite')}`);
    other = openDatabase(`sqlite:${join(folder, 'some.sqlite')}`);
    await database.knex.raw('CREATE TABLE parents (id INTEGER PRIMARY KEY)');
    await database.knex.raw(
      'CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)',
    );
  });
  afterEach(async () => {
    await database.close();
    await other.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (id: number): Promise<unknown> =>
    inTransaction(database, async (transaction) => {
      await transaction('parents').insert({ id });
    });
  const codeOf = (work: PromiseLike<unknown>): Promise<unknown> =>
    Promise.resolve(work).then(
      () => undefined,
      (error: unknown) => (error as { code?: string }).code,
    );

  it('a connection to SQLite commits transactions after one of its statements has failed at a lock', async () => {
    const insert = 'INSERT INTO parents VALUES (?)';
    // Runs twice, because a statement is cached after its first success.
    await database.knex.raw(insert, [1]);
    await other.knex.raw('BEGIN IMMEDIATE');
    await database.knex.raw('PRAGMA busy_timeout = 1');
    expect(await codeOf(database.knex.raw(insert, [2]))).toBe('SQLITE_BUSY');
    await other.knex.raw('ROLLBACK');
    await write(3);
    expect(await other.knex('parents').pluck<number[]>('id')).toEqual([1, 3]);
  });

  it('a connection to SQLite has no transaction left open when one cannot be committed', async () => {
    const orphan = inTransaction(database, async (transaction) => {
      await transaction('children').insert({ parent: 9 });
    });
    expect(await codeOf(orphan)).toBe('SQLITE_CONSTRAINT');
    await write(1);
    expect(await other.knex('parents').pluck<number[]>('id')).toEqual([1]);
    expect(await other.knex('children')).toEqual([]);
  });
});
