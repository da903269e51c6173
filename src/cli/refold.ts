import { counted } from '../domain/shown/counted.ts';
import type { CallRecord } from '../domain/fold.ts';
import { isFault, readPush } from '../intake/read-push.ts';
import { intakeSettings } from '../app/intake-settings.ts';
import {
  applyRefold,
  differs,
  previewRefold,
  readCallIds,
  type RefoldedCall,
  type RereadPush,
} from '../store/upkeep/refold.ts';
import { createCommand, runCommand, UsageError, withStore, type CommandContext } from './command-context.ts';
import { parseTime, timeForms } from './parse-time.ts';
import { print, printAside } from './print.ts';

const pageSize = 200;

interface RefoldOptions {
  id?: string;
  since?: string;
  limit: string;
  apply?: boolean;
}

const command = createCommand(
  'refold',
  "Computes calls again from their stored pushes with today's parser and settings, and shows the differences. A receiver can keep running.",
)
  .option('--id <call id>', 'only this call')
  .option('--since <time>', `only calls whose latest push came at this time or later (${timeForms})`)
  .option(
    '--limit <calls>',
    'how many differing calls are shown field by field; all of them are counted',
    '20',
  )
  .option('--apply', 'store the differing calls and make their deliveries due')
  .action(async (options: RefoldOptions) => {
    if (!/^\d{1,6}$/.test(options.limit)) throw new UsageError('--limit must be a number of up to 6 digits.');
    await withStore((context) => refold(context, options));
  });

await runCommand(command);

async function refold(
  { store, settings: { core }, destinations }: CommandContext,
  options: RefoldOptions,
): Promise<void> {
  const intake = intakeSettings(core);
  const reread: RereadPush = (body, pathStage) => {
    const reading = readPush(body, pathStage, intake);
    return isFault(reading) ? undefined : reading;
  };
  const filter = {
    callId: options.id,
    sinceMs: parseTime('--since', options.since, core.TIME_ZONE),
  };
  const counts = { read: 0, differing: 0, unreadable: 0, misplaced: 0 };
  const byField = new Map<string, number>();
  let afterId = '';
  for (;;) {
    const callIds = await readCallIds(store, filter, afterId, pageSize);
    const last = callIds.at(-1);
    if (last === undefined) break;
    const refolded =
      options.apply === true
        ? await applyRefold(store, callIds, reread, destinations, Date.now())
        : await previewRefold(store, callIds, reread);
    counts.read += callIds.length;
    for (const call of refolded) {
      counts.unreadable += call.unreadable;
      counts.misplaced += call.misplaced;
      if (!differs(call)) continue;
      counts.differing += 1;
      const differences = describeDifferences(call);
      for (const { field } of differences) byField.set(field, (byField.get(field) ?? 0) + 1);
      if (counts.differing <= Number(options.limit)) showCall(call, differences);
    }
    afterId = last;
    if (callIds.length === pageSize) printAside(`${counts.read} calls read …`);
  }
  for (const [field, count] of [...byField].sort((a, b) => b[1] - a[1]))
    print(`${field}: differs in ${count}`);
  if (counts.unreadable > 0)
    print(
      `${counted(counts.unreadable, 'push', 'pushes')} could not be read again, and keep the values that were read at their receipt.`,
    );
  if (counts.misplaced > 0)
    print(
      `${counted(counts.misplaced, 'push is', 'pushes are')} stored under an id that today's parser would not give, such as "undefined". Call ids are never computed again, so nothing moves.`,
    );
  const isOne = counts.differing === 1;
  const written =
    options.apply === true
      ? `${isOne ? 'was' : 'were'} written`
      : `would be written (use --apply to write ${isOne ? 'it' : 'them'})`;
  print(
    `${counted(counts.read, 'call')} read, ${counts.differing} ${isOne ? 'differs' : 'differ'}${counts.differing > 0 ? ` and ${written}` : ''}.`,
  );
}

interface Difference {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

function describeDifferences({ before, after }: RefoldedCall): Difference[] {
  const flat = (record: CallRecord): Record<string, unknown> => {
    const { fields, extra, ...rest } = record;
    return {
      ...rest,
      ...fields,
      ...Object.fromEntries(Object.entries(extra).map(([key, value]) => [`extra.${key}`, value])),
    };
  };
  const [old, now] = [flat(before), flat(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((field) => JSON.stringify(old[field]) !== JSON.stringify(now[field]))
    .map((field) => ({ field, before: old[field], after: now[field] }));
}

function showCall(call: RefoldedCall, differences: readonly Difference[]): void {
  print(`call ${call.after.id}`);
  for (const { field, before, after } of differences)
    print(`  ${field}: ${shown(before)} -> ${shown(after)}`);
}

function shown(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
