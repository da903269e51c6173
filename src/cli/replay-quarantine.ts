import { secretKeysOf } from '../auth/secret-key.ts';
import { secretKeyFile } from '../app/data-folder.ts';
import { Problem } from '../web/problem.ts';
import { decodeBody } from '../web/read-body.ts';
import { decodeText } from '../intake/decode-text.ts';
import { isList, readBody, readText, type BodyReading, type RefusedItem } from '../intake/read-body.ts';
import { isFault, type IntakeSettings, type PushReading } from '../intake/read-push.ts';
import { intakeSettings } from '../app/intake-settings.ts';
import { createPushId } from '../store/push-id.ts';
import { storePushes, type StoredPush } from '../store/pushes.ts';
import { markReplayed, quarantineBody, readQuarantine, type QuarantinedBody } from '../store/quarantine.ts';
import type { SecretKeys } from '../store/secret-keys.ts';
import { readRemoved } from '../store/upkeep/tombstones.ts';
import type { CommandContext } from './command-context.ts';
import { parseTime } from './parse-time.ts';
import { changesBetween, repairJson, type Change } from './repair-json.ts';
import { print, printQuoted } from './print.ts';

export interface QuarantineOptions {
  readonly id?: string;
  readonly code?: string;
  readonly since?: string;
  readonly dryRun?: boolean;
  /** Repairs the bodies that are not JSON and reads the result. */
  readonly repair?: boolean;
  /** Stores the repaired bodies. */
  readonly apply?: boolean;
}

interface Replay extends CommandContext {
  readonly secretKeys: SecretKeys;
  readonly intake: IntakeSettings;
  readonly changesNothing: boolean;
}

/** Reads quarantined bodies again and stores their pushes. Prints the result for each body. */
export async function replayQuarantine(context: CommandContext, options: QuarantineOptions): Promise<void> {
  const { core } = context.settings;
  const isRepair = options.repair === true;
  const changesNothing = isRepair ? options.apply !== true : options.dryRun === true;
  const replay: Replay = {
    ...context,
    secretKeys: await secretKeysOf(context.store, core, secretKeyFile(core)),
    intake: intakeSettings(core),
    changesNothing,
  };
  const counts = new Map<string, number>();
  const filter = {
    id: options.id,
    code: options.code,
    sinceMs: parseTime('--since', options.since, core.TIME_ZONE),
  };
  let afterId: string | undefined;
  for (;;) {
    const page = await readQuarantine(context.store, { ...filter, afterId }, 100);
    if (page.length === 0) break;
    for (const quarantined of page) {
      const opened = await openBody(quarantined, replay.intake, isRepair);
      const result = opened.result ?? (await replayBody(replay, quarantined, opened));
      counts.set(result, (counts.get(result) ?? 0) + 1);
      if (changesNothing || isRepair) await show(quarantined, result, options.id !== undefined && !isRepair);
      for (const change of opened.changes ?? []) showChange(opened.text ?? '', change);
    }
    afterId = page.at(-1)?.id;
  }
  if (counts.size === 0) print('No quarantined body matches the options.');
  for (const [result, count] of counts) print(`${count}: ${result}`);
  if (isRepair && changesNothing && counts.size > 0)
    print('Nothing was changed. Use --apply to store the repaired bodies.');
}

/** How today's parser reads a quarantined body. */
interface OpenedBody {
  readonly reading?: BodyReading;
  /** Why there is nothing to store, in words for the operator. */
  readonly result?: string;
  /** For a repaired body: its text before the repair, and the places that the repair changed. */
  readonly text?: string;
  readonly changes?: readonly Change[];
}

async function openBody(
  { body: raw, contentEncoding, contentType, pathStage }: QuarantinedBody,
  intake: IntakeSettings,
  isRepair: boolean,
): Promise<OpenedBody> {
  const body = await decodeBody(raw, contentEncoding).catch((error: unknown) => {
    if (error instanceof Problem) return error;
    throw error;
  });
  if (body instanceof Problem) return { result: `still refused: ${body.code}` };
  const reading = readBody(body, contentType, pathStage, intake);
  if (!isRepair) return { reading };
  if (!('code' in reading)) return { result: 'needs no repair: replay it without --repair' };
  if (reading.code !== 'malformed_json') return { result: `no repair for: ${reading.code}` };
  const decoded = decodeText(body, contentType);
  const text = decoded.text.replace(/^\ufeff/, '');
  const repaired = repairJson(text);
  if (repaired === undefined) return { result: 'cannot be repaired' };
  const changes = changesBetween(text, repaired);
  const warnings = [
    ...(decoded.warning === undefined ? [] : [decoded.warning]),
    {
      field: 'body',
      code: 'repaired' as const,
      received: around(text, changes[0]).slice(0, 100),
      action: `was not JSON; stored after a repair in ${placesOf(changes)}`,
    },
  ];
  return { reading: readText(repaired, 'application/json', pathStage, intake, warnings), text, changes };
}

async function replayBody(
  replay: Replay,
  quarantined: QuarantinedBody,
  { reading, changes }: OpenedBody,
): Promise<string> {
  if (reading === undefined || 'code' in reading) return `still refused: ${reading?.code ?? 'unreadable'}`;
  const after = changes === undefined ? '' : ` after a repair in ${placesOf(changes)}`;
  if (isList(reading))
    return `${await replayList(replay, quarantined, reading.items, changes !== undefined)}${after}`;
  const { result, pushId } = await replayPush(replay, quarantined, reading);
  if (pushId !== undefined) await markReplayed(replay.store, quarantined.id, pushId, changes !== undefined);
  return `${result}${after}`;
}

/** Stores the items of a list. An item that is still refused goes into the quarantine by itself. */
async function replayList(
  replay: Replay,
  quarantined: QuarantinedBody,
  items: readonly (PushReading | RefusedItem)[],
  isRepaired: boolean,
): Promise<string> {
  let stored = 0;
  let firstPushId: string | undefined;
  for (const item of items) {
    const { pushId, result } = isFault(item)
      ? { pushId: undefined, result: item.detail }
      : await replayPush(replay, quarantined, item);
    if (pushId !== undefined || (replay.changesNothing && result.startsWith('would'))) stored += 1;
    else if (!replay.changesNothing) await keepItem(replay, quarantined, item, result);
    firstPushId ??= pushId;
  }
  if (firstPushId !== undefined) await markReplayed(replay.store, quarantined.id, firstPushId, isRepaired);
  const verb = replay.changesNothing ? 'would be stored' : 'stored';
  return `${verb} as a list, ${stored} of ${items.length} items`;
}

async function keepItem(
  { store, settings: { core } }: Replay,
  { pathStage, firstReceivedAtMs }: QuarantinedBody,
  item: PushReading | RefusedItem,
  detail: string,
): Promise<void> {
  const [code, text] = isFault(item) ? [item.code, item.text] : ['not_storable', item.body];
  const kept = { contentType: 'application/json', contentEncoding: undefined, pathStage };
  await quarantineBody(
    store,
    { ...kept, code, detail, body: Buffer.from(text) },
    core.QUARANTINE_MB * 1024 * 1024,
    firstReceivedAtMs,
  );
}

/** Stores one push. Returns its id when it was stored now or before. */
async function replayPush(
  { store, destinations, secretKeys, changesNothing }: Replay,
  { firstReceivedAtMs: receivedAtMs, pathStage }: QuarantinedBody,
  reading: PushReading,
): Promise<{ result: string; pushId?: string }> {
  const removed = await readRemoved(store.reader.knex, [reading.callId], secretKeys);
  if (removed.size > 0) return { result: 'still refused: its call was removed' };
  if (changesNothing) return { result: `would be stored as ${reading.stage}` };
  const push = { ...reading, id: createPushId(receivedAtMs), receivedAtMs, pathStage };
  let stored: StoredPush | undefined;
  try {
    [stored] = await storePushes(store, [push], destinations, Date.now(), secretKeys);
  } catch (error) {
    if (!store.writer.isDataError(error)) throw error;
  }
  if (stored === undefined) return { result: 'still refused: the database refuses it' };
  if (stored.setAside === 'call_removed') return { result: 'still refused: its call was removed' };
  if (stored.setAside === 'call_full')
    return { result: 'still refused: its call already holds as many pushes as a call can hold' };
  const result = stored.duplicate
    ? 'was stored before, so nothing was written'
    : `stored as ${reading.stage}`;
  return { result, pushId: stored.pushId };
}

/** @param inFull whether the operator asked for this one body, and so wants to see its text */
async function show(quarantined: QuarantinedBody, result: string, inFull: boolean): Promise<void> {
  const { id, code, detail, times } = quarantined;
  print(`${id}  refused as ${code} (${detail}), ${times} times: ${result}`);
  if (!inFull) return;
  const body = await decodeBody(quarantined.body, quarantined.contentEncoding).catch(() => undefined);
  if (body === undefined)
    print(
      `${quarantined.body.length} bytes that cannot be decoded (encoding ${quarantined.contentEncoding ?? 'none'})`,
    );
  else printQuoted(decodeText(body, quarantined.contentType).text);
}

/** Shows one change in two lines, before and after the repair, with the text around it. */
function showChange(text: string, change: Change): void {
  const before = text.slice(Math.max(0, change.at - 20), change.at);
  const after = text.slice(change.at + change.removed.length, change.at + change.removed.length + 20);
  print(`  character ${change.at}`);
  print(`  - ${visible(before + change.removed + after)}`);
  print(`  + ${visible(before + change.added + after)}`);
}

/** Puts a text on one line: a line break shows as <\n>. */
function visible(text: string): string {
  return text.replace(/[\n\r\t]/g, (character) => `<${JSON.stringify(character).slice(1, -1)}>`);
}

function around(text: string, change: Change | undefined): string {
  const at = change?.at ?? 0;
  return text.slice(Math.max(0, at - 20), at + 60);
}

function placesOf(changes: readonly Change[]): string {
  return changes.length === 1 ? 'one place' : `${changes.length} places`;
}
