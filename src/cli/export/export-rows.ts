import type { Database } from '../../database/database.ts';
import { clickUploadHead, clickUploadLine } from '../../reporting/export/click-upload.ts';
import { csvLine } from '../../reporting/export/csv-line.ts';
import { createParquetPieces } from '../../reporting/export/parquet-file.ts';
import { readRelation } from '../../reporting/export/read-relation.ts';
import type { ReportValue } from '../../reporting/views/report-values.ts';
import type { ExportPlan } from './export-plan.ts';

type Rows = readonly (readonly ReportValue[])[];

/** Turns pages of rows into the pieces of a file. */
interface Encoder {
  readonly head: string;
  readonly add: (rows: Rows) => string | Uint8Array;
  readonly end: () => string | Uint8Array;
}

export interface ExportCounts {
  /** Rows that were written. */
  readonly rows: number;
  /** Clicks whose id is none of Google's. */
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
  const count = (rows: Rows): void => void (counts.rows += rows.length);
  if (plan.clicks !== undefined) return clickEncoder(plan.clicks, counts);
  if (plan.format === 'parquet') {
    const pieces = createParquetPieces(plan.columns);
    return {
      head: '',
      add: (rows) => (count(rows), pieces.add(rows)),
      end: () => pieces.finish(),
    };
  }
  if (plan.format === 'json') return jsonEncoder(plan, count);
  return {
    head: csvLine(
      plan.columns.map(({ name }) => name),
      { raw: true },
    ),
    add: (rows) => (count(rows), rows.map((row) => csvLine(row, plan)).join('')),
    end: () => '',
  };
}

/** A JSON list with one object a line. Instants have a Z, local times have none. */
function jsonEncoder({ columns }: ExportPlan, count: (rows: Rows) => void): Encoder {
  let separator = '\n';
  const line = (row: Rows[number]): string => {
    const entries = columns.map(({ name, type }, index): [string, unknown] => {
      const value = row[index] ?? null;
      if (typeof value !== 'string') return [name, value];
      if (type === 'json') return [name, JSON.parse(value)];
      if (type === 'instant') return [name, `${value.replace(' ', 'T')}Z`];
      return [name, type === 'local' ? value.replace(' ', 'T') : value];
    });
    const text = separator + JSON.stringify(Object.fromEntries(entries));
    separator = ',\n';
    return text;
  };
  return { head: '[', add: (rows) => (count(rows), rows.map(line).join('')), end: () => '\n]\n' };
}

function clickEncoder(
  { conversionName, minSeconds }: NonNullable<ExportPlan['clicks']>,
  counts: { rows: number; refused: number },
): Encoder {
  const lineOf = ([gclid, startedAtUtc, duration]: Rows[number]): string => {
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
