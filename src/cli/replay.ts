import type { DeliveryState } from '../store/deliveries.ts';
import {
  markForReplay,
  readReplayable,
  type DeliveryFilter,
  type Replayable,
} from '../store/upkeep/replay.ts';
import { createCommand, runCommand, UsageError, withStore, type CommandContext } from './command-context.ts';
import { loadSettings } from './load-settings.ts';
import { parseTime, timeForms } from './parse-time.ts';
import { replayQuarantine, type QuarantineOptions } from './replay-quarantine.ts';
import { showReplayable } from './show-replayable.ts';
import { print, printAside } from './print.ts';

const pageSize = 500;
const states: readonly DeliveryState[] = ['due', 'delivered', 'skipped', 'rejected', 'exhausted'];
const collect = (value: string, before: string[]): string[] => [...before, value];

const command = createCommand(
  'replay',
  'Makes deliveries due again, or reads quarantined pushes again. Safe beside a running receiver.',
);

command
  .command('deliveries', { isDefault: true })
  .description('Make deliveries due again. The running receiver starts to deliver them within a second.')
  .option('--id <call id>', 'only this call; can be repeated', collect, [])
  .option(
    '--destination <name>',
    'only this destination; a named destination also gets calls from before it was enabled',
  )
  .option('--state <state>', `only deliveries in this state: ${states.join(', ')}`)
  .option('--since <time>', `only calls whose latest push came at this time or later (${timeForms})`)
  .option('--until <time>', 'only calls whose latest push came before this time')
  .option('--all', 'every call; without it, another option must say which calls')
  .option(
    '--dry-run',
    'change nothing; show the first 20 deliveries with their reasons and count all of them',
  )
  .addHelpText(
    'after',
    '\nExamples:\n  npm run replay -- --state rejected --dry-run\n  npm run replay -- --state exhausted\n  npm run replay -- --destination sql --since 2026-11-01 --dry-run',
  )
  .action(async (options: DeliveryOptions) => {
    const filter = readFilter(options, loadSettings().core.TIME_ZONE);
    await withStore((context) => replayDeliveries(context, filter, options));
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
  since?: string;
  until?: string;
  all?: boolean;
  dryRun?: boolean;
}

function readFilter(options: DeliveryOptions, timeZone: string): DeliveryFilter {
  const state = states.find((known) => known === options.state);
  if (options.state !== undefined && state === undefined) {
    throw new UsageError(`There is no state ${options.state}. The states are ${states.join(', ')}.`);
  }
  const named =
    options.destination !== undefined ||
    options.id.length > 0 ||
    state !== undefined ||
    options.since !== undefined ||
    options.until !== undefined;
  if (!named && options.all !== true) {
    throw new UsageError(
      'Say which deliveries: give --id, --state, --since, --until or --destination, or --all for every call.',
    );
  }
  return {
    callIds: options.id.length > 0 ? options.id : undefined,
    state,
    sinceMs: parseTime('--since', options.since, timeZone),
    untilMs: parseTime('--until', options.until, timeZone),
    neverOwed: options.destination !== undefined,
  };
}

async function replayDeliveries(
  { store, destinations }: CommandContext,
  filter: DeliveryFilter,
  options: DeliveryOptions,
): Promise<void> {
  const names = destinations.map((destination) => destination.name);
  if (options.destination !== undefined && !names.includes(options.destination)) {
    throw new UsageError(
      `The destination ${options.destination} is not enabled. ADAPTERS names ${names.join(', ')}.`,
    );
  }
  for (const destination of destinations) {
    const { name } = destination;
    if (options.destination !== undefined && options.destination !== name) continue;
    let count = 0;
    let first: readonly Replayable[] = [];
    let afterId = '';
    for (;;) {
      const page = await readReplayable(store, destination, filter, afterId, pageSize, Date.now());
      const last = page.at(-1);
      if (last === undefined) break;
      if (count === 0) first = page;
      count += options.dryRun === true ? page.length : await markForReplay(store, name, page, Date.now());
      afterId = last.id;
      if (page.length === pageSize) printAside(`${name}: ${count} …`);
    }
    print(
      `${name}: ${count} ${count === 1 ? 'delivery' : 'deliveries'} ${options.dryRun === true ? 'would be' : 'were'} made due.`,
    );
    if (options.dryRun === true) for (const line of showReplayable(name, first, count)) print(line);
  }
}
