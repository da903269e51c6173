import { existsSync } from 'node:fs';
import type { Database } from '../../database/database.ts';
import { openDatabase } from '../../database/open-database.ts';
import { dialects } from '../../database/dialect.ts';
import { migrate, unfinishedMove } from '../../database/migrate.ts';
import { inspectSqliteFile } from '../../database/sqlite.ts';
import type { Move } from './move-plan.ts';

/** The target of a move holds something already: nothing was changed in it. */
export class TargetNotEmpty extends Error {
  override readonly name = 'TargetNotEmpty';
}

/** What a database holds, as far as a move must know. */
interface Found {
  /** An earlier move into it was broken off. */
  readonly isUnfinished: boolean;
  /** The tables of the moved schema, and the one of its steps. */
  readonly own: readonly string[];
  /** What is in the way, for people: `calls (3,214 rows)`. */
  readonly inTheWay: readonly string[];
}

/**
 * Looks whether a database can take what is moved. Changes nothing.
 *
 * @param replace takes one that a broken-off move left
 * @throws TargetNotEmpty naming what is there
 */
export async function requireEmptyTarget(move: Move, replace: boolean): Promise<void> {
  const database = openDatabase(move.to, 'inspect');
  try {
    if (database.file !== undefined) {
      if (!existsSync(database.file) && !existsSync(`${database.file}-wal`)) return;
      inspectSqliteFile(database.file);
    }
    const { isUnfinished, inTheWay } = await lookInto(database, move);
    if (isUnfinished && !replace)
      throw new TargetNotEmpty(
        `A move into ${move.toShown} was broken off before. Run it again with --replace, which empties what that one left.`,
      );
    if (inTheWay.length > 0)
      throw new TargetNotEmpty(
        `${move.toShown} is not empty: it holds ${inTheWay.join(', ')}. Name an empty database, or remove these tables if nobody needs them.`,
      );
  } finally {
    await database.close();
  }
}

async function lookInto(database: Database, move: Move): Promise<Found> {
  const { knex } = database;
  const tables = await listTables(database);
  const isOurs = (name: string): boolean =>
    name === move.migrationsTable || move.shapes.some((shape) => shape.name === name);
  const own = tables.filter(isOurs);
  const isUnfinished =
    tables.includes(move.migrationsTable) &&
    (await knex(move.migrationsTable).where({ name: unfinishedMove.name }).first()) !== undefined;
  const inTheWay = tables.filter((name) => !isOurs(name) && !move.mayStandBeside(name));
  if (!isUnfinished) {
    for (const name of own.filter((table) => table !== move.migrationsTable)) {
      const [row] = await knex(name).count<{ rows: number | string }[]>({ rows: '*' });
      const rows = Number(row?.rows);
      if (rows > 0) inTheWay.push(`${name} (${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'})`);
    }
  }
  return { isUnfinished, own, inTheWay };
}

async function listTables({ knex, dialect }: Database): Promise<string[]> {
  const rows = await knex
    .from(knex.raw(`(${dialects[dialect].listTables}) AS present`))
    .select<{ name: string }[]>('name');
  return rows.map(({ name }) => name);
}

/**
 * Makes the schema in the target, after emptying what a broken-off move left there. From here until
 * {@link finishTarget} no start accepts it.
 */
export async function prepareTarget(target: Database, move: Move): Promise<void> {
  if (target.file === undefined || existsSync(target.file)) {
    const { isUnfinished, own } = await lookInto(target, move);
    // The table of the steps goes last: until then the mark stands in it.
    if (isUnfinished)
      for (const name of [...own.filter((table) => table !== move.migrationsTable), move.migrationsTable])
        await target.knex.schema.dropTable(name);
  }
  await migrate(target, move.migrationsTable, [unfinishedMove, ...move.migrations]);
}

/** Lets a start accept the target. */
export async function finishTarget({ knex }: Database, { migrationsTable }: Move): Promise<void> {
  await knex(migrationsTable).where({ name: unfinishedMove.name }).delete();
}
