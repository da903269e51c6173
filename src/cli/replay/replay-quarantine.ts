import { secretKeysOf } from '../../auth/secret-key.ts';
import { secretKeyFile } from '../../app/data-folder.ts';
import { counted } from '../../domain/shown/counted.ts';
import { decodeText } from '../../intake/decode-text.ts';
import { readText } from '../../intake/read-body.ts';
import type { IntakeSettings } from '../../intake/read-push.ts';
import { intakeSettings } from '../../app/intake-settings.ts';
import { openBody, textOfBody, type Reading } from '../../quarantine/open-body.ts';
import { replayBody, type ReplayDependencies } from '../../quarantine/replay-body.ts';
import { readQuarantine, type QuarantinedBody } from '../../store/quarantine.ts';
import { decodeBody } from '../../web/read-body.ts';
import type { CommandContext } from '../command-context.ts';
import { parseTime } from '../parse-time.ts';
import { changesBetween, repairJson, type Change } from '../../quarantine/repair-json.ts';
import { print, printQuoted } from '../print.ts';

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

/** Reads quarantined bodies again and stores their pushes. Prints the result for each body. */
export async function replayQuarantine(context: CommandContext, options: QuarantineOptions): Promise<void> {
  const { core } = context.settings;
  const isRepair = options.repair === true;
  const changesNothing = isRepair ? options.apply !== true : options.dryRun === true;
  const intake = intakeSettings(core);
  const replay: ReplayDependencies = {
    ...context,
    secretKeys: await secretKeysOf(context.store, core, secretKeyFile(core)),
    quarantineBytesMax: core.QUARANTINE_MB * 1024 * 1024,
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
      const opened = isRepair
        ? await repairBody(quarantined, intake)
        : { reading: await openBody(quarantined, intake) };
      const result = opened.result ?? (await replayOpened(replay, quarantined, opened));
      counts.set(result, (counts.get(result) ?? 0) + 1);
      if (changesNothing || isRepair) await show(quarantined, result, options.id !== undefined && !isRepair);
      for (const change of opened.changes ?? []) showChange(opened.text ?? '', change);
    }
    afterId = page.at(-1)?.id;
  }
  if (counts.size === 0) print('No quarantined body matches the options.');
  for (const [result, count] of counts) print(`${counted(count, 'body', 'bodies')}: ${result}`);
  if (isRepair && changesNothing && counts.size > 0)
    print('Nothing was changed. Use --apply to store the repaired bodies.');
}

/** A quarantined body after its repair. */
interface OpenedBody {
  readonly reading?: Reading;
  /** Why there is nothing to store, in words for the operator. */
  readonly result?: string;
  /** For a repaired body: its text before the repair, and the places that the repair changed. */
  readonly text?: string;
  readonly changes?: readonly Change[];
}

async function repairBody(quarantined: QuarantinedBody, intake: IntakeSettings): Promise<OpenedBody> {
  const { contentType, pathStage } = quarantined;
  const reading = await openBody(quarantined, intake);
  if (!('code' in reading)) return { result: 'needs no repair: replay it without --repair' };
  if (reading.code !== 'malformed_json') return { result: `no repair for: ${reading.code}` };
  const decoded = decodeText(await decodeBody(quarantined.body, quarantined.contentEncoding), contentType);
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

async function replayOpened(
  replay: ReplayDependencies,
  quarantined: QuarantinedBody,
  { reading, changes }: OpenedBody,
): Promise<string> {
  if (reading === undefined) return 'still refused: unreadable';
  const { result } = await replayBody(replay, quarantined, reading, changes !== undefined);
  const isRefused = 'code' in reading;
  return changes === undefined || isRefused ? result : `${result} after a repair in ${placesOf(changes)}`;
}

/** @param inFull true when the operator named this one body, so its text is shown too */
async function show(quarantined: QuarantinedBody, result: string, inFull: boolean): Promise<void> {
  const { id, code, detail, times } = quarantined;
  print(`${id}  refused as ${code} (${detail}), ${times === 1 ? 'once' : `${times} times`}: ${result}`);
  if (!inFull) return;
  const text = await textOfBody(quarantined);
  if (text === undefined)
    print(
      `${quarantined.body.length} bytes that cannot be decoded (encoding ${quarantined.contentEncoding ?? 'none'})`,
    );
  else printQuoted(text);
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
