import type { Database } from '../../database/database.ts';
import { openDatabase } from '../../database/open-database.ts';
import { createDigest, type TableDigest } from './normal-values.ts';
import type { Move } from './move-plan.ts';
import { withSource } from './source.ts';
import { insertRows, readPages } from './table-pages.ts';
import type { TableShape } from './table-shape.ts';
import { finishTarget, prepareTarget } from './target.ts';

export interface MovedTable {
  readonly table: string;
  readonly source: TableDigest;
  readonly target: TableDigest;
}

export interface MoveProgress {
  /** @param total in rows */
  readonly begin: (title: string, total: number) => { update(rows: number): void; stop(): void };
}

/** The abort reason of an interrupted move. */
export class MoveInterrupted extends Error {
  override readonly name = 'MoveInterrupted';
}

/** The target accepted a table only in part. */
export class TargetFailed extends Error {
  override readonly name = 'TargetFailed';
}

export interface CopiedTarget {
  readonly tables: readonly MovedTable[];
  /** Marks the target as complete, so that a receiver starts on it. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Copies all tables into the target, reads them back and compares them. No receiver starts on the target until `finish` is
 * called.
 *
 * @throws StoreInUse, StoreUnusable, TargetFailed; a MoveInterrupted when the signal is aborted
 */
export async function copyDatabase(
  move: Move,
  progress: MoveProgress,
  signal: AbortSignal,
): Promise<CopiedTarget> {
  const target = openDatabase(move.to);
  try {
    const sources = await withSource(move, async (source, within) => {
      signal.throwIfAborted();
      await prepareTarget(target, move);
      const digests = new Map<string, TableDigest>();
      for (const shape of move.shapes) {
        const [row] = await within(shape.name).count<{ rows: number | string }[]>({ rows: '*' });
        const shown = progress.begin(`Copying ${shape.name}`, Number(row?.rows));
        const digest = createDigest(shape);
        try {
          for await (const rows of readPages(source, within, shape)) {
            signal.throwIfAborted();
            await orTargetFailed(target, shape, () => insertRows(target, shape, rows));
            rows.forEach((each) => digest.add(each));
            shown.update(digest.read().rows);
          }
        } finally {
          shown.stop();
        }
        digests.set(shape.name, digest.read());
      }
      return digests;
    });
    const tables: MovedTable[] = [];
    for (const shape of move.shapes) {
      const source = sources.get(shape.name) ?? createDigest(shape).read();
      const found = await orTargetFailed(target, shape, () =>
        digestTable(target, shape, source.rows, progress, signal),
      );
      tables.push({ table: shape.name, source, target: found });
    }
    return { tables, finish: () => finishTarget(target, move), close: () => target.close() };
  } catch (error) {
    await target.close();
    throw error;
  }
}

async function digestTable(
  target: Database,
  shape: TableShape,
  total: number,
  progress: MoveProgress,
  signal: AbortSignal,
): Promise<TableDigest> {
  const shown = progress.begin(`Reading ${shape.name} back`, total);
  const digest = createDigest(shape);
  try {
    for await (const rows of readPages(target, target.knex, shape)) {
      signal.throwIfAborted();
      rows.forEach((each) => digest.add(each));
      shown.update(digest.read().rows);
    }
  } finally {
    shown.stop();
  }
  return digest.read();
}

/** True when the target has the same rows as the source. */
export function isEqual({ source, target }: MovedTable): boolean {
  return source.rows === target.rows && source.checksum === target.checksum;
}

/** A driver's message can contain values, so only its code is shown. */
async function orTargetFailed<Result>(
  target: Database,
  { name }: TableShape,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MoveInterrupted) throw error;
    const { code = (error as Error).name } = error as { code?: string };
    throw new TargetFailed(
      target.isDataError(error)
        ? `The target refuses a row of the table ${name} (${code}).`
        : `The target failed while the table ${name} was copied (${code}).`,
      { cause: error },
    );
  }
}
