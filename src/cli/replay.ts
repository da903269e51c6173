import { deliveryStates } from '../store/deliveries.ts';
import type { ReplayFilter } from '../store/lookup/replay/replay-filter.ts';
import { replayReasonMax } from '../store/lookup/replay/replay-jobs.ts';
import { createCommand, runCommand, UsageError, withStore } from './command-context.ts';
import { loadSettings } from './load-settings.ts';
import { parseTime, timeForms } from './parse-time.ts';
import { replayQuarantine, type QuarantineOptions } from './replay/replay-quarantine.ts';
import { replayDeliveries } from './replay/replay-deliveries.ts';

const collect = (value: string, before: string[]): string[] => [...before, value];

const command = createCommand(
  'replay',
  'Makes deliveries due again, or reads quarantined pushes again. A receiver can keep running.',
);

command
  .command('deliveries', { isDefault: true })
  .description('Make deliveries due again. The running receiver starts to deliver them within a second.')
  .option('--id <call id>', 'only this call; can be repeated', collect, [])
  .option(
    '--destination <name>',
    'only this destination; a named destination also gets calls from before it was enabled',
  )
  .option('--state <state>', `only deliveries in this state: ${deliveryStates.join(', ')}`)
  .option('--code <code>', 'only deliveries whose last attempt ended with this code, such as no_field')
  .option('--since <time>', `only calls whose latest push came at this time or later (${timeForms})`)
  .option('--until <time>', 'only calls whose latest push came before this time')
  .option('--all', 'every call; without it, another option must say which calls')
  .option('--reason <text>', 'why you replay them; it is kept with the job')
  .option(
    '--dry-run',
    'change nothing; show the first 20 deliveries with their reasons and count all of them',
  )
  .addHelpText(
    'after',
    '\nIt runs as a job that the console shows. If this command is killed, a running receiver finishes the job. Ctrl-C cancels it.\n\nExamples:\n  npm run replay -- --state rejected --dry-run\n  npm run replay -- --state exhausted --reason "CRM was down"\n  npm run replay -- --destination sql --since 2026-11-01 --dry-run',
  )
  .action(async (options: DeliveryOptions) => {
    const filter = readFilter(options, loadSettings().core.TIME_ZONE);
    const { reason = '', dryRun = false } = options;
    if (reason.length > replayReasonMax)
      throw new UsageError(`--reason must have at most ${replayReasonMax} characters.`);
    await withStore((context) => replayDeliveries(context, filter, { reason, dryRun }));
  });

command
  .command('quarantine')
  .description("Read quarantined bodies again with today's parser.")
  .option('--id <id>', 'only this body')
  .option('--code <code>', 'only bodies refused with this code, such as not_a_call')
  .option('--since <time>', `only bodies received at this time or later (${timeForms})`)
  .option('--dry-run', 'change nothing; show the result for each body, and with --id the body too')
  .option('--repair', 'repair bodies that are not JSON, and show each repair; stores nothing without --apply')
  .option('--apply', 'with --repair: store the repaired bodies')
  .addHelpText(
    'after',
    '\nExamples:\n  npm run replay -- quarantine --dry-run\n  npm run replay -- quarantine --repair\n  npm run replay -- quarantine --repair --id <id> --apply',
  )
  .action(async (options: QuarantineOptions) => {
    if (options.apply === true && (options.repair !== true || options.dryRun === true)) {
      throw new UsageError('--apply stores what --repair shows. Give both, and do not give --dry-run.');
    }
    await withStore((context) => replayQuarantine(context, options));
  });

await runCommand(command);

interface DeliveryOptions {
  id: string[];
  destination?: string;
  state?: string;
  code?: string;
  since?: string;
  until?: string;
  reason?: string;
  all?: boolean;
  dryRun?: boolean;
}

function readFilter(options: DeliveryOptions, timeZone: string): ReplayFilter {
  const state = deliveryStates.find((known) => known === options.state);
  if (options.state !== undefined && state === undefined) {
    throw new UsageError(`There is no state ${options.state}. The states are ${deliveryStates.join(', ')}.`);
  }
  const named =
    options.destination !== undefined ||
    options.id.length > 0 ||
    state !== undefined ||
    options.code !== undefined ||
    options.since !== undefined ||
    options.until !== undefined;
  if (!named && options.all !== true) {
    throw new UsageError(
      'Say which deliveries: give --id, --state, --code, --since, --until or --destination, or --all for every call.',
    );
  }
  return {
    destination: options.destination,
    code: options.code,
    callIds: options.id.length > 0 ? options.id : undefined,
    state,
    sinceMs: parseTime('--since', options.since, timeZone),
    untilMs: parseTime('--until', options.until, timeZone),
    neverOwed: options.destination !== undefined,
  };
}
