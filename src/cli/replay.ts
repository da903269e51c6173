import { secretKeyOf } from '../auth/secret-key.ts';
import { secretKeyFile } from '../data-folder.ts';
import { isFault, readPush } from '../intake/read-push.ts';
import type { DeliveryState, Destination } from '../store/deliveries.ts';
import { createPushId } from '../store/push-id.ts';
import { storePushes, type NewPush, type StoredPush } from '../store/pushes.ts';
import { markReplayed, readQuarantine, type QuarantinedBody } from '../store/quarantine.ts';
import { markForReplay, readReplayable, type DeliveryFilter, type Replayable } from '../store/replay.ts';
import type { Store } from '../store/store.ts';
import { readRemoved } from '../store/tombstones.ts';
import { Problem } from '../http/problem.ts';
import { decodeBody } from '../http/read-body.ts';
import { createCommand, runCommand, UsageError, withStore, type CommandContext } from './command-context.ts';
import { loadSettings } from './load-settings.ts';
import { parseTime, timeForms } from './parse-time.ts';
import { plainText } from './plain-text.ts';
import { showReplayable } from './show-replayable.ts';

const pageSize = 500;
const states: readonly DeliveryState[] = ['due', 'delivered', 'skipped', 'rejected', 'exhausted'];
const collect = (value: string, before: string[]): string[] => [...before, value];

const command = createCommand(
  'replay',
  'Deliveries or quarantined pushes again. Safe beside a running receiver.',
);

command
  .command('deliveries', { isDefault: true })
  .description('Make deliveries due again; the worker of the running receiver takes them up within a second.')
  .option('--id <call id>', 'this call; may repeat', collect, [])
  .option(
    '--destination <name>',
    'only this destination; named, it also gets calls from before it was enabled',
  )
  .option('--state <state>', `only those that rest in a state: ${states.join(', ')}`)
  .option('--since <time>', `calls whose latest push came then or later (${timeForms})`)
  .option('--until <time>', 'calls whose latest push came before')
  .option('--all', 'all of them; without it at least one of --id, --state, --since, --until is needed')
  .option('--dry-run', 'show the first 20 with their reasons and count all, and change nothing')
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
  .description('Read quarantined bodies again, as the receiver reads them today.')
  .option('--id <id>', 'this body')
  .option('--code <code>', 'those refused for this reason, such as not_a_call')
  .option('--since <time>', `those received then or later (${timeForms})`)
  .option('--dry-run', 'show what would become of each, with --id also what it says, and change nothing')
  .action(async (options: { id?: string; code?: string; since?: string; dryRun?: boolean }) => {
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
    throw new UsageError(`There is no state ${options.state}; there are ${states.join(', ')}.`);
  }
  const named =
    options.destination !== undefined ||
    options.id.length > 0 ||
    state !== undefined ||
    options.since !== undefined ||
    options.until !== undefined;
  if (!named && options.all !== true) {
    throw new UsageError(
      'Say which: --id, --state, --since, --until, or --destination, or --all for every call.',
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
    throw new UsageError(`${options.destination} is not enabled; ADAPTERS names ${names.join(', ')}.`);
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
      if (page.length === pageSize) process.stderr.write(`${name}: ${count} …\n`);
    }
    print(
      `${name}: ${count} ${count === 1 ? 'delivery' : 'deliveries'} ${options.dryRun === true ? 'would be' : 'were'} made due.`,
    );
    if (options.dryRun === true) for (const line of showReplayable(name, first, count)) print(line);
  }
}

async function replayQuarantine(
  context: CommandContext,
  options: { id?: string; code?: string; since?: string; dryRun?: boolean },
): Promise<void> {
  const { store, settings } = context;
  const secretKey = await secretKeyOf(store, settings.core.SECRET_KEY, secretKeyFile(settings.core));
  const counts = new Map<string, number>();
  const sinceMs = parseTime('--since', options.since, settings.core.TIME_ZONE);
  let afterId: string | undefined;
  for (;;) {
    const page = await readQuarantine(
      context.store,
      { id: options.id, code: options.code, sinceMs, afterId },
      100,
    );
    if (page.length === 0) break;
    for (const body of page) {
      const result = await replayBody(context, secretKey, body, options.dryRun === true);
      counts.set(result, (counts.get(result) ?? 0) + 1);
      if (options.dryRun === true) await show(body, result, options.id !== undefined);
    }
    afterId = page.at(-1)?.id;
  }
  if (counts.size === 0) print('No quarantined body fits.');
  for (const [result, count] of counts) print(`${count}: ${result}`);
}

/** @param inFull whether the operator asked for this one, and is to see what it says */
async function show(quarantined: QuarantinedBody, result: string, inFull: boolean): Promise<void> {
  const { id, code, detail, times } = quarantined;
  print(`${id}  refused as ${code} (${detail}), ${times} times: ${result}`);
  if (!inFull) return;
  const body = await decodeBody(quarantined.body, quarantined.contentEncoding).catch(() => undefined);
  print(
    body === undefined
      ? `${quarantined.body.length} bytes, encoded as ${plainText(quarantined.contentEncoding ?? 'they are')}`
      : plainText(body.toString('utf8')),
  );
}

async function replayBody(
  { store, settings: { core }, destinations }: CommandContext,
  secretKey: string,
  quarantined: QuarantinedBody,
  dryRun: boolean,
): Promise<string> {
  const body = await decodeBody(quarantined.body, quarantined.contentEncoding).catch((error: unknown) => {
    if (error instanceof Problem) return error;
    throw error;
  });
  if (body instanceof Problem) return `still refused: ${body.code}`;
  const reading = readPush(body, quarantined.pathStage, {
    timeFormat: core.JET_TIME_FORMAT,
    statusMap: core.JET_STATUS_MAP,
  });
  if (isFault(reading)) return `still refused: ${reading.code}`;
  const removed = await readRemoved(store.reader.knex, [reading.callId], secretKey);
  if (removed.size > 0) return 'still refused: its call was removed';
  if (dryRun) return `would be stored as ${reading.stage}`;
  const receivedAtMs = quarantined.firstReceivedAtMs;
  const push = { ...reading, id: createPushId(receivedAtMs), receivedAtMs, pathStage: quarantined.pathStage };
  const stored = await storeOne(store, push, destinations, secretKey);
  if (stored === undefined) return 'still refused: the database refuses it';
  if (stored.setAside === 'call_removed') return 'still refused: its call was removed';
  if (stored.setAside === 'call_full') return 'still refused: its call holds as many pushes as it may';
  await markReplayed(store, quarantined.id, stored.pushId);
  return stored.duplicate ? 'was stored before; nothing written twice' : `stored as ${reading.stage}`;
}

/** Undefined when the database refuses what the push says; the others are replayed all the same. */
async function storeOne(
  store: Store,
  push: NewPush,
  destinations: readonly Destination[],
  secretKey: string,
): Promise<StoredPush | undefined> {
  try {
    return (await storePushes(store, [push], destinations, Date.now(), secretKey))[0];
  } catch (error) {
    if (store.writer.isDataError(error)) return undefined;
    throw error;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
