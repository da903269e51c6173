import { Option } from 'commander';
import { capabilitiesUnder } from '../contract/adapter.ts';
import type { Delivery } from '../contract/delivery.ts';
import type { Outcome } from '../contract/outcome.ts';
import { isFinalStage } from '../domain/stage.ts';
import { idempotencyKey } from '../delivery/as-delivery.ts';
import { createLogger } from '../app/logger.ts';
import { createCommand, runCommand } from './command-context.ts';
import { loadAdapter, withAdapter, type OneAdapter } from './adapter/one-adapter.ts';
import { aboutSample, sampleCall, sampleKinds, type SampleKind } from './adapter/sample-calls.ts';
import { print, printAside, printJson } from './print.ts';
import { phoneSettings } from '../app/intake-settings.ts';

const answersWithinMs = 30_000;

const command = createCommand(
  'adapter:try',
  'Shows exactly what an adapter would send for a sample call. Sends it only with --send. The adapter need not be enabled.',
)
  .argument('<name>', "the adapter's name: its folder in adapters/")
  .addOption(
    new Option('--sample <kind>', 'the sample call')
      .choices(sampleKinds)
      .default('answered' satisfies SampleKind),
  )
  .option(
    '--send',
    'send the call to the real destination; sending the same sample again updates the same record',
  )
  .addHelpText(
    'after',
    `\nSamples:\n${sampleKinds.map((kind) => `  ${kind.padEnd(12)} ${aboutSample(kind)}`).join('\n')}`,
  )
  .action(async (name: string, { sample, send = false }: { sample: SampleKind; send?: boolean }) => {
    const one = loadAdapter(name);
    const nowMs = Date.now();
    const delivery = sampleDelivery(one, sample, nowMs);
    print(`${name}, sample "${sample}" (${aboutSample(sample)}): ${send ? 'sending' : 'this would be sent'}`);
    printJson(one.definition.preview(delivery, one.config, nowMs));
    if (!send) {
      print('Nothing was sent. Add --send to send it.');
      return;
    }
    const outcome = await sendIt(one, delivery);
    describeOutcome(outcome).forEach(print);
    if (outcome?.kind === 'delivered' && outcome.trace !== undefined) {
      print('trace:');
      printJson(outcome.trace);
    }
    process.exitCode = outcome?.kind === 'delivered' || outcome?.kind === 'skipped' ? 0 : 1;
  });

await runCommand(command);

function sampleDelivery(
  { definition, config, settings }: OneAdapter,
  kind: SampleKind,
  nowMs: number,
): Delivery {
  const { core } = settings;
  const call = sampleCall(kind, {
    ...phoneSettings(core),
    timeZone: core.TIME_ZONE,
    statusMap: core.JET_STATUS_MAP,
  });
  return {
    id: call.call_id,
    idempotencyKey: idempotencyKey(definition.name, call.call_id),
    call,
    revision: nowMs,
    visit: 'first',
    isOver: isFinalStage(call.stage) || !capabilitiesUnder(definition, config).stages.includes(call.stage),
    // A second attempt: an adapter with `idempotency: lookup` then looks the record up before it writes.
    attempt: 2,
    remoteId: undefined,
    landedRevision: undefined,
    landedTrace: undefined,
  };
}

async function sendIt(one: OneAdapter, delivery: Delivery): Promise<Outcome | undefined> {
  const signal = AbortSignal.timeout(answersWithinMs);
  const log = createLogger('info', { write: (line) => printAside(line.trimEnd()) });
  return withAdapter(one, log, async (adapter) => {
    await adapter.prepare?.(signal);
    const outcomes = await adapter.deliver([delivery], signal);
    return outcomes.find((outcome) => outcome.id === delivery.id);
  });
}

function describeOutcome(outcome: Outcome | undefined): string[] {
  switch (outcome?.kind) {
    case undefined:
      return [
        'The adapter returned no outcome for this call. This is a fault in the adapter: deliver() must return one outcome for each delivery.',
      ];
    case 'delivered': {
      const record = outcome.remoteId === undefined ? '' : `: record ${outcome.remoteId}`;
      return [`delivered, ${outcome.effect}${record}`];
    }
    case 'skipped':
      return [`skipped: ${outcome.rule}`];
    case 'retry':
      return [`retry (${outcome.code}): ${outcome.reason}`];
    case 'rejected':
      return [`rejected (${outcome.code}): ${outcome.reason}`, outcome.remedy];
  }
}
