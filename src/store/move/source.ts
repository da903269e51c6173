import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Database } from '../../database/database.ts';
import { openDatabase } from '../../database/open-database.ts';
import { dialects } from '../../database/dialect.ts';
import { StoreInUse } from '../upkeep/restore.ts';
import { inspectSqliteFile } from '../../database/sqlite.ts';
import { StoreUnusable } from '../../database/store-unusable.ts';
import type { Move } from './move-plan.ts';

// A server can still show a session for a moment after its end.
const looks = 10;
const pauseMs = 200;

/**
 * Reads one state of a database that nobody else changes meanwhile. Writes nothing into it.
 *
 * A file is locked against all other processes. On a server, the other sessions are counted before and after.
 *
 * @throws StoreInUse when a receiver or a command has the database open
 * @throws StoreUnusable when the database does not exist or has the schema of another version
 */
export async function withSource<Result>(
  move: Move,
  work: (database: Database, within: Knex) => Promise<Result>,
): Promise<Result> {
  const database = openSource(move);
  const { oneView } = dialects[database.dialect];
  try {
    await requireNoOther(database, move);
    const result = await database.knex.transaction(async (within) => {
      await requireSchema(within, move);
      await requireNoHolder(within, move);
      return work(database, within);
    }, oneView);
    await requireNoOther(database, move);
    return result;
  } finally {
    await database.close();
  }
}

function openSource({ from, what }: Move): Database {
  const database = openDatabase(from, 'alone', true);
  if (database.file === undefined) return database;
  if (!existsSync(database.file) && !existsSync(`${database.file}-wal`))
    throw new Error(`There is no file ${database.file}, so there is no ${what} to move.`);
  inspectSqliteFile(database.file);
  return database;
}

async function requireNoOther({ knex, dialect, file }: Database, { what }: Move): Promise<void> {
  if (file !== undefined) {
    try {
      await knex.raw('SELECT count(*) FROM sqlite_master');
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'SQLITE_BUSY' && code !== 'SQLITE_LOCKED') throw error;
      throw new StoreInUse(`A process has ${file} open.`, { cause: error });
    }
  }
  const count = dialects[dialect].countOtherSessions;
  if (count === undefined) return;
  for (let look = 1; ; look += 1) {
    const { sessions } = await knex
      .from(knex.raw(`(${count}) AS seen`))
      .first<{ sessions: number | string }>('sessions');
    if (Number(sessions) === 0) return;
    if (look === looks) throw new StoreInUse(`${sessions} other sessions use the database of the ${what}.`);
    await sleep(pauseMs);
  }
}

async function requireSchema(within: Knex, { what, migrations, migrationsTable }: Move): Promise<void> {
  if (!(await within.schema.hasTable(migrationsTable)))
    throw new Error(`The database has no ${what} to move. Check DATABASE_URL and REPORTING_DATABASE_URL.`);
  const made = await within(migrationsTable).pluck<string[]>('name');
  const known = migrations.map(({ name }) => name);
  if (made.some((name) => !known.includes(name)))
    throw new StoreUnusable(
      `The ${what} was made by a newer version of this program, or by a move that was not finished.`,
      'Use the newer version for the move, or name a complete source.',
    );
  if (known.every((name) => made.includes(name))) return;
  throw new StoreUnusable(
    `The ${what} was made by an older version of this program.`,
    'Start this version of the receiver on it once, stop it, and then run the move.',
  );
}

/** A delivering receiver holds a lease, which is visible even where its sessions are not. */
async function requireNoHolder(within: Knex, { shapes }: Move): Promise<void> {
  if (!shapes.some(({ name }) => name === 'destinations')) return;
  const held = await within('destinations')
    .whereNotNull('holder')
    .where('lease_until', '>', Date.now())
    .first<{ name: string } | undefined>('name');
  if (held !== undefined)
    throw new StoreInUse(
      `A receiver is delivering to ${held.name} from this store, or was killed less than a minute ago.`,
    );
}
