import { existsSync } from 'node:fs';
import { onStopSignals } from '../../app/stop-signals.ts';
import type { Database } from '../../database/database.ts';
import { openDatabase } from '../../database/open-database.ts';
import { hasAllViews } from '../../reporting/migrations/has-all-views.ts';
import { exportFormats } from '../../reporting/export/create-encoder.ts';
import { reportRelations } from '../../reporting/export/report-relations.ts';
import { createConsoleOutput, type Progress } from '../../simulate/output.ts';
import { createCommand, runCommand, UsageError } from '../command-context.ts';
import { loadSettings } from '../load-settings.ts';
import { printAside, printRaw } from '../print.ts';
import { exportRows, type ExportCounts } from './export-rows.ts';
import { planExport, type ExportFlags, type ExportPlan } from './export-plan.ts';
import { openOutputFile } from './output-file.ts';

const command = createCommand(
  'export',
  'Writes a view of the reporting database, or jet_calls, as CSV, Parquet or JSON. The receiver can keep running.',
)
  .option('--view <name>', 'the view or table', 'jet_calls')
  .option('--columns <list>', 'some columns, comma separated (default: all)')
  .option('--from <day>', 'first local day: 2026-11-01, today, yesterday, or 30d (default: the first)')
  .option('--to <day>', 'last local day, included (default: the latest)')
  .option('--format <format>', `${exportFormats.join(', ')} (default: the end of the name of --out, or csv)`)
  .option('--out <file>', 'the file to make (default: standard output)')
  .option('--force', 'replace an existing file')
  .option('--raw', 'write the cells of a CSV unchanged, for a program instead of a spreadsheet')
  .option('--gclid', "write Google Ads' file of click conversions: the first answered call of each click")
  .option('--conversion-name <name>', 'with --gclid: the conversion action in Google Ads', 'Phone call')
  .option(
    '--min-seconds <number>',
    'with --gclid: only calls that lasted at least this long, ringing included',
    '0',
  )
  .addHelpText(
    'after',
    `
The views: ${reportRelations.map(({ name }) => name).join(', ')}.
docs/reporting-views.md describes them.

Examples:
  $ npm run --silent export -- --view jet_missed_calls --from 7d --out missed.csv
  $ npm run --silent export -- --from 2026-07-01 --to 2026-07-31 --out july.parquet
  $ npm run --silent export -- --gclid --min-seconds 60 --from 30d --out clicks.csv

A spreadsheet runs a cell that begins with = + - or @ as a formula, so such cells get an apostrophe.
--raw writes them unchanged.
The file appears under its name only when it is complete. A stopped export leaves no file.
Exit code: 0 written, 1 failed, 2 wrong use of the command, 130 interrupted.
`,
  )
  .action(async (flags: ExportFlags) => {
    const settings = loadSettings();
    const plan = planExport(flags, Date.now(), settings.core.TIME_ZONE);
    const url = settings.adapters.get('sql')?.['REPORTING_DATABASE_URL'];
    if (typeof url !== 'string')
      throw new UsageError('There is no reporting database: ADAPTERS does not name sql.');
    const stop = new AbortController();
    onStopSignals(
      () => stop.abort(new Error('The export was interrupted. No file was made.')),
      () => process.exit(130),
    );
    const { rows, refused } = await run(plan, url, stop.signal);
    printAside(`${rows.toLocaleString('en')} rows${plan.out === undefined ? '' : ` in ${plan.out}`}.`);
    if (refused > 0)
      printAside(
        `Clicks that were not exported, because their ids are not Google click ids: ${refused.toLocaleString('en')}.`,
      );
  });

await runCommand(command);

async function run(plan: ExportPlan, url: string, signal: AbortSignal): Promise<ExportCounts> {
  const database = openDatabase(url, 'read', true);
  try {
    if (database.file !== undefined && !existsSync(database.file))
      throw new Error(
        `There is no file ${database.file}. The first start of the receiver makes it: npm start`,
      );
    await requireViews(database);
    const file = plan.out === undefined ? undefined : await openOutputFile(plan.out, plan.force);
    let shown: Progress | undefined;
    const progress = (done: number, total: number): void => {
      if (plan.out === undefined) return;
      shown ??= createConsoleOutput().progress(`Exporting ${plan.relation.name}, days`, total);
      shown.update(done);
    };
    try {
      const counts = await exportRows(database, plan, file?.write ?? printRaw, progress, signal);
      await file?.finish();
      return counts;
    } finally {
      shown?.stop();
      await file?.discard();
    }
  } catch (error) {
    if (signal.aborted) process.exitCode = 130;
    throw error;
  } finally {
    await database.close();
  }
}

/** @throws Error when the database was made by another version */
async function requireViews(database: Database): Promise<void> {
  if (await hasAllViews(database)) return;
  throw new Error(
    'The reporting database lacks views of this version. Start the receiver once, and export again.',
  );
}
