import { adapters } from '../../../adapters/index.ts';
import { createPhoneReader } from '../../domain/phone-number.ts';
import { createCallCompleter } from '../../domain/call.ts';
import { listCalls, type ListedCall } from '../../store/lookup/list-calls.ts';
import { readTrace } from '../../store/lookup/read-trace.ts';
import { resolveSearch, type ResolvedSearch } from '../../store/lookup/resolve-search.ts';
import { createCommand, runCommand, UsageError, withStore, type CommandContext } from '../command-context.ts';
import { print, printJson } from '../print.ts';
import { dayOf } from './day-of.ts';
import { callLine } from './call-line.ts';
import { landingsToday } from '../../app/landings-today.ts';
import { traceLines } from './trace-lines.ts';
import { phoneSettings } from '../../app/intake-settings.ts';

interface CallOptions {
  readonly on?: string;
  readonly json?: true;
}

const callsMax = 50;

const command = createCommand(
  'call',
  'Shows everything about a call: its pushes, where it landed, and why. Changes nothing. Safe beside a running receiver.',
);

command
  .argument('<number or id>', 'a phone number as people write it, or the id of a call')
  .option('--on <day>', 'only calls that started on this day of TIME_ZONE, such as 2026-11-27')
  .option('--json', 'print JSON')
  .addHelpText(
    'after',
    '\nThe newest call of a number is shown in full, and each other call in one line.\n\nExamples:\n  npm run call -- "0412 345 678"\n  npm run call -- 0412345678 --on 2026-11-27\n  npm run call -- 7f3c9a10-0000-4000-8000-000000000001 --json',
  )
  .action((text: string, options: CallOptions) =>
    withStore(async (context) => {
      await showCalls(context, text, options);
    }),
  );

await runCommand(command);

async function showCalls(
  { store, settings }: CommandContext,
  text: string,
  { on, json }: CallOptions,
): Promise<void> {
  const { core } = settings;
  const phone = phoneSettings(core);
  const completeCall = createCallCompleter({
    ...phone,
    timeZone: core.TIME_ZONE,
    statusMap: core.JET_STATUS_MAP,
  });
  const day = on === undefined ? undefined : dayOf(on, core.TIME_ZONE);
  const search = await resolveSearch(store, text, createPhoneReader(phone));
  const found = search.kind === 'call' ? [] : await findCalls(search, day);
  const newestId = search.kind === 'call' ? search.callId : found[0]?.call.id;
  const trace = newestId === undefined ? undefined : await readTrace(store, newestId);
  if (trace === undefined) {
    const when = on === undefined ? '' : ` on ${on}`;
    throw new UsageError(
      `There is no call for "${text}"${when}. Check the number or the id. If its push was refused, its body is in the quarantine: npm run replay -- quarantine --dry-run`,
    );
  }
  const call = completeCall(trace.call);
  const today = landingsToday({ trace, settings, adapters, completeCall }, Date.now());
  const others = found.slice(1);
  if (json === true) {
    printJson({
      ...{ call, revision: trace.revision, pushes: trace.pushes, deliveries: trace.deliveries, today },
      otherCalls: others.map(({ call: { id } }) => id),
    });
    return;
  }
  for (const line of traceLines({ trace, call, today, timeZone: core.TIME_ZONE })) print(line);
  if (others.length === 0) return;
  print('');
  print(`Other calls (${others.length}${others.length === callsMax - 1 ? ' or more' : ''})`);
  for (const other of others) print(`  ${callLine(completeCall(other.call), other.deliveries)}`);

  async function findCalls(
    wanted: Exclude<ResolvedSearch, { kind: 'call' }>,
    within: ReturnType<typeof dayOf> | undefined,
  ): Promise<readonly ListedCall[]> {
    const filter =
      wanted.kind === 'number' ? { counterparts: wanted.counterparts } : { services: wanted.services };
    const statusMap = core.JET_STATUS_MAP;
    const { calls } = await listCalls(store, {
      filter: { ...filter, ...within },
      statusMap,
      limit: callsMax,
    });
    const e164 = wanted.kind === 'number' ? wanted.e164 : undefined;
    return calls.filter((listed) => isOf(listed, e164)).sort((a, b) => startOf(b) - startOf(a));
  }

  /** The search compares the last digits only, and two numbers can share them. */
  function isOf({ call: record }: ListedCall, e164: string | undefined): boolean {
    const { counterpart_e164: counterpart } = completeCall(record);
    return e164 === undefined || counterpart === undefined || counterpart === e164;
  }
}

function startOf({ call }: ListedCall): number {
  return call.fields.started_at ?? call.firstReceivedAtMs;
}
