import { existsSync } from 'node:fs';
import type { Database } from '../../database/database.ts';
import { openDatabase } from '../../database/open-database.ts';
import { dialects } from '../../database/dialect.ts';
import { migrate, unfinishedMove } from '../../database/migrate.ts';
import { inspectSqliteFile } from '../../database/sqlite.ts';
import type { Move } from './move-plan.ts';

/** The target of a move is not empty. Nothing was changed in it. */
export class TargetNotEmpty extends Error {
  override readonly name = 'TargetNotEmpty';
}

/** The parts of a database's content that a move needs. */
interface Found {
  /** An earlier move into it was interrupted. */
  readonly isUnfinished: boolean;
  /** The tables of the moved schema and of its migrations. */
  readonly own: readonly string[];
  /** The tables that prevent the move, for people: `calls (3,214 rows)`. */
  readonly obstacles: readonly string[];
}

/**
 * Checks that a database can be the target of a move. Changes nothing.
 *
 * @param replace also accepts the target of an interrupted move
 * @throws TargetNotEmpty with the tables that are in the target
 */
export async function requireEmptyTarget(move: Move, replace: boolean): Promise<void> {
  const database = openDatabase(move.to, 'inspect');
  try {
    if (database.file !== undefined) {
      if (!existsSync(database.file) && !existsSync(`${database.file}-wal`)) return;
      inspectSqliteFile(database.file);
    }
    const { isUnfinished, obstacles } = await inspect(database, move);
    if (isUnfinished && !replace)
      throw new TargetNotEmpty(
        `An earlier move into ${move.toShown} was interrupted. Run the move again with --replace, which empties that incomplete target.`,
      );
    if (obstacles.length > 0)
      throw new TargetNotEmpty(
        `${move.toShown} is not empty: it has ${obstacles.join(', ')}. Give an empty database, or remove these tables if nobody needs them.`,
      );
  } finally {
    await database.close();
  }
}

async function inspect(database: Database, move: Move): Promise<Found> {
  const { knex } = database;
  const tables = await listTables(database);
  const isOurs = (name: string): boolean =>
    name === move.migrationsTable || move.shapes.some((shape) => shape.name === name);
  const own = tables.filter(isOurs);
  const isUnfinished =
    tables.includes(move.migrationsTable) &&
    (await knex(move.migrationsTable).where({ name: unfinishedMove.name }).first()) !== undefined;
  const obstacles = tables.filter((name) => !isOurs(name) && !move.isAllowedBeside(name));
  if (!isUnfinished) {
    for (const name of own.filter((table) => table !== move.migrationsTable)) {
      const [row] = await knex(name).count<{ rows: number | string }[]>({ rows: '*' });
      const rows = Number(row?.rows);
      if (rows > 0) obstacles.push(`${name} (${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'})`);
    }
  }
  return { isUnfinished, own, obstacles };
}

async function listTables({ knex, dialect }: Database): Promise<string[]> {
  const rows = await knex
    .from(knex.raw(`(${dialects[dialect].listTables}) AS present`))
    .select<{ name: string }[]>('name');
  return rows.map(({ name }) => name);
}

/**
 * Makes the schema in the target. The tables of an interrupted move are removed first. From now until {@link
 * finishTarget} no receiver starts on the target.
 */
export async function prepareTarget(target: Database, move: Move): Promise<void> {
  if (target.file === undefined || existsSync(target.file)) {
    const { isUnfinished, own } = await inspect(target, move);
    // Drop the migrations table last, because it holds the mark of the unfinished move.
    if (isUnfinished) {
      for (const view of [...(move.views ?? [])].reverse())
        await target.knex.raw('DROP VIEW IF EXISTS ??', [view]);
      for (const name of [...own.filter((table) => table !== move.migrationsTable), move.migrationsTable])
        await target.knex.schema.dropTable(name);
    }
  }
  await migrate(target, move.migrationsTable, [unfinishedMove, ...move.migrations]);
}

/** Marks the target as complete, so that a receiver starts on it. */
export async function finishTarget({ knex }: Database, { migrationsTable }: Move): Promise<void> {
  await knex(migrationsTable).where({ name: unfinishedMove.name }).delete();
}
