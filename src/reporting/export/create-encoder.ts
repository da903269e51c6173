import type { ReportValue, SelectedColumn } from '../views/report-values.ts';
import { csvLine, type CsvOptions } from './csv-line.ts';
import { createParquetPieces } from './parquet-file.ts';

export const exportFormats = ['csv', 'parquet', 'json'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Rows with their values in the order of the columns. */
export type ExportedRows = readonly (readonly ReportValue[])[];

/** Turns pages of rows into the pieces of a file. The caller writes `head`, then the results of `add`, then `end`. */
export interface Encoder {
  readonly head: string;
  readonly add: (rows: ExportedRows) => string | Uint8Array;
  readonly end: () => string | Uint8Array;
}

export function createEncoder(
  format: ExportFormat,
  columns: readonly SelectedColumn[],
  options: CsvOptions,
): Encoder {
  if (format === 'parquet') {
    const pieces = createParquetPieces(columns);
    return { head: '', add: (rows) => pieces.add(rows), end: () => pieces.finish() };
  }
  if (format === 'json') return jsonEncoder(columns);
  return {
    head: csvLine(
      columns.map(({ name }) => name),
      { raw: true },
    ),
    add: (rows) => rows.map((row) => csvLine(row, options)).join(''),
    end: () => '',
  };
}

/** A JSON list with one object a line. Instants have a Z, local times have none. */
function jsonEncoder(columns: readonly SelectedColumn[]): Encoder {
  let separator = '\n';
  const line = (row: ExportedRows[number]): string => {
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
  return { head: '[', add: (rows) => rows.map(line).join(''), end: () => '\n]\n' };
}
