import type { Database } from '../../database/database.ts';
import { clickUploadHead, clickUploadLine } from '../../reporting/export/click-upload.ts';
import { createEncoder, type Encoder, type ExportedRows } from '../../reporting/export/create-encoder.ts';
import { readRelation } from '../../reporting/export/read-relation.ts';
import type { ExportPlan } from './export-plan.ts';

export interface ExportCounts {
  /** Rows that were written. */
  readonly rows: number;
  /** Clicks without a Google click id. */
  readonly refused: number;
}

/**
 * Reads and writes page by page.
 *
 * @throws the signal's reason when it is aborted between two pages
 */
export async function exportRows(
  database: Database,
  plan: ExportPlan,
  write: (piece: string | Uint8Array) => Promise<void>,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<ExportCounts> {
  const counts = { rows: 0, refused: 0 };
  const encoder = encoderOf(plan, counts);
  if (encoder.head !== '') await write(encoder.head);
  for await (const { rows, done, total } of readRelation(database, plan)) {
    signal.throwIfAborted();
    const piece = encoder.add(rows);
    if (piece.length > 0) await write(piece);
    progress(done, total);
  }
  const end = encoder.end();
  if (end.length > 0) await write(end);
  return counts;
}

function encoderOf(plan: ExportPlan, counts: { rows: number; refused: number }): Encoder {
  if (plan.clicks !== undefined) return clickEncoder(plan.clicks, counts);
  const encoder = createEncoder(plan.format, plan.columns, plan);
  return {
    ...encoder,
    add(rows) {
      counts.rows += rows.length;
      return encoder.add(rows);
    },
  };
}

function clickEncoder(
  { conversionName, minSeconds }: NonNullable<ExportPlan['clicks']>,
  counts: { rows: number; refused: number },
): Encoder {
  const lineOf = ([gclid, startedAtUtc, duration]: ExportedRows[number]): string => {
    const durationSeconds = typeof duration === 'number' ? duration : null;
    if ((durationSeconds ?? 0) < minSeconds) return '';
    const click = { gclid: String(gclid), startedAtUtc: String(startedAtUtc), durationSeconds };
    const line = clickUploadLine(click, conversionName);
    if (line === undefined) counts.refused += 1;
    else counts.rows += 1;
    return line ?? '';
  };
  return { head: clickUploadHead(), add: (rows) => rows.map(lineOf).join(''), end: () => '' };
}
