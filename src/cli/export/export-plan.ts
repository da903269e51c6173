import { nearestWord } from '../../domain/shown/nearest-word.ts';
import { exportFormats, type ExportFormat } from '../../reporting/export/create-encoder.ts';
import { reportRelations, type ReportRelation } from '../../reporting/export/report-relations.ts';
import type { SelectedColumn } from '../../reporting/views/report-values.ts';
import { UsageError } from '../command-context.ts';
import { readDay } from './read-day.ts';

/** The command line, as it was typed. */
export interface ExportFlags {
  readonly view: string;
  readonly columns?: string;
  readonly from?: string;
  readonly to?: string;
  readonly format?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly raw?: boolean;
  readonly gclid?: boolean;
  readonly conversionName: string;
  readonly minSeconds: string;
}

export interface ExportPlan {
  readonly relation: ReportRelation;
  readonly columns: readonly SelectedColumn[];
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly format: ExportFormat;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly raw: boolean;
  /** Google's upload of clicks instead of a view's rows. */
  readonly clicks: { readonly conversionName: string; readonly minSeconds: number } | undefined;
}

const clickColumns = ['gclid', 'started_at_utc', 'duration_seconds'];

/**
 * Checks the options of the command.
 *
 * @throws UsageError that names the nearest right view, column, format or day
 */
export function planExport(flags: ExportFlags, nowMs: number, timeZone: string): ExportPlan {
  const clicks = flags.gclid === true ? readClicks(flags) : undefined;
  const relation = chooseRelation(clicks === undefined ? flags.view : 'jet_clicks');
  const wanted = clicks === undefined ? flags.columns?.split(',').map((name) => name.trim()) : clickColumns;
  const columns = wanted?.map((name) => chooseColumn(relation, name)) ?? relation.columns;
  const day = (option: string, text: string | undefined): string | undefined =>
    text === undefined ? undefined : readDay(option, text, nowMs, timeZone);
  const from = day('--from', flags.from);
  const to = day('--to', flags.to);
  if (relation.day === undefined && (from ?? to) !== undefined)
    throw new UsageError(
      `${relation.name} has no day, so --from and --to do not apply to it. Omit them, or choose another view.`,
    );
  if (from !== undefined && to !== undefined && from > to)
    throw new UsageError(`--from ${from} is after --to ${to}. Swap the two days.`);
  const format = chooseFormat(flags.format ?? formatOfFile(flags.out) ?? 'csv');
  if (clicks !== undefined && format !== 'csv')
    throw new UsageError('--gclid writes the CSV that Google Ads takes. Omit --format.');
  if (format === 'parquet' && flags.out === undefined)
    throw new UsageError('A Parquet file is not text. Name a file: --out calls.parquet');
  if (flags.force === true && flags.out === undefined)
    throw new UsageError('--force replaces a file, and there is none. Name it: --out calls.csv');
  return {
    ...{ relation, columns, from, to, format, clicks, out: flags.out },
    force: flags.force === true,
    raw: flags.raw === true,
  };
}

function chooseRelation(name: string): ReportRelation {
  const names = reportRelations.map((relation) => relation.name);
  const found = reportRelations.find((relation) => relation.name === name.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(
    `There is no view "${name}". Did you mean ${nearest(name, names, 'jet_')}? The views are ${names.join(', ')}.`,
  );
}

function chooseColumn({ name: relation, columns }: ReportRelation, name: string): SelectedColumn {
  const found = columns.find((column) => column.name === name.toLowerCase());
  if (found !== undefined) return found;
  const names = columns.map((column) => column.name);
  throw new UsageError(
    `${relation} has no column "${name}". Did you mean ${nearest(name, names)}? Its columns are ${names.join(', ')}.`,
  );
}

function chooseFormat(text: string): ExportFormat {
  const found = exportFormats.find((format) => format === text.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(
    `There is no format "${text}". Did you mean ${nearest(text, exportFormats)}? The formats are ${exportFormats.join(', ')}.`,
  );
}

/** The format that belongs to the extension of a file's name. */
function formatOfFile(out: string | undefined): string | undefined {
  const ending = /\.(csv|parquet|json)$/i.exec(out ?? '')?.[1];
  return ending?.toLowerCase();
}

function nearest(word: string, candidates: readonly string[], prefix = ''): string {
  const typed = word.startsWith(prefix) ? word : `${prefix}${word}`;
  return nearestWord(typed, candidates) ?? '';
}

function readClicks({ columns, conversionName, minSeconds }: ExportFlags): ExportPlan['clicks'] {
  if (columns !== undefined) throw new UsageError('--gclid decides the columns by itself. Omit --columns.');
  if (!/^[\p{L}\p{N} _.-]{1,100}$/u.test(conversionName))
    throw new UsageError(
      '--conversion-name must be the name of the conversion action in Google Ads: letters, digits, spaces, dots and dashes.',
    );
  if (!/^\d{1,6}$/.test(minSeconds))
    throw new UsageError('--min-seconds must be a whole number of seconds such as 60.');
  return { conversionName, minSeconds: Number(minSeconds) };
}
