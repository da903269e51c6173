import type { ReportValue } from '../views/report-values.ts';

export interface CsvOptions {
  /** Writes a cell unchanged even if a spreadsheet would run it as a formula. */
  readonly raw: boolean;
}

// Excel, LibreOffice and Google Sheets run such a cell as a formula. A tab or a line break can come before it.
const startsFormula = /^[\s\0]*[=+\-@＝＋－＠]|^[\t\r\n]/;
const needsQuotes = /[",\r\n;\t]|^\s|\s$/;

/**
 * One line of CSV (RFC 4180), with its line break. An empty cell is NULL. A text that a spreadsheet would run as a
 * formula gets an apostrophe in front.
 */
export function csvLine(values: readonly ReportValue[], { raw }: CsvOptions): string {
  return `${values.map((value) => cell(value, raw)).join(',')}\r\n`;
}

function cell(value: ReportValue, raw: boolean): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = !raw && startsFormula.test(value) ? `'${value}` : value;
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
