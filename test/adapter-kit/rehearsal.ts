import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSettings } from '../../src/config/read-settings.ts';
import type { Adapter } from '../../src/contract/adapter.ts';
import type { Delivery } from '../../src/contract/delivery.ts';
import { DestinationUnavailable } from '../../src/contract/errors.ts';
import type { Outcome } from '../../src/contract/outcome.ts';
import { createAdapter } from '../../src/app/create-adapter.ts';
import { createMemoryLedger } from '../../src/crm/memory-ledger.ts';
import { createMemoryNotes } from '../../src/crm/memory-notes.ts';
import { createLogger } from '../../src/app/logger.ts';
import type { AdapterSubject, Fault, LandedRecord, StandIn } from './subject.ts';

/** The result of one call of `deliver`. */
export interface Answer {
  readonly outcomes: readonly Outcome[];
  /** The error that it threw. */
  readonly threw: unknown;
}

/** A running adapter with its own stand-in. */
export interface Rehearsal {
  readonly standIn: StandIn;
  readonly config: Record<string, unknown>;
  /** Every line that the adapter logged, as the receiver would write it. */
  readonly logLines: readonly string[];
  /** The running instance. */
  readonly adapter: () => Adapter;
  /** Starts a new instance, as after a crash. It remembers nothing except what the core stores. */
  readonly restart: () => Promise<void>;
  readonly stage: (fault: Fault | undefined) => Promise<void>;
  readonly deliver: (batch: readonly Delivery[], signal?: AbortSignal) => Promise<Answer>;
  /** Delivers one call, and expects that it lands. */
  readonly land: (delivery: Delivery) => Promise<Extract<Outcome, { kind: 'delivered' }>>;
  /** The records that landed for a delivery's call. */
  readonly recordsOf: (delivery: Delivery) => Promise<readonly LandedRecord[]>;
}

const patienceMs = 15_000;
const abortTurns = 30;
const abortTurnMs = 100;

/** The sample settings with those of the stand-in, parsed as the receiver parses them. */
export function readConfig(
  subject: AdapterSubject,
  settings: Readonly<Record<string, string>> = {},
): ReturnType<typeof readSettings> {
  const { definition, sampleSettings } = subject;
  return readSettings({ ...sampleSettings, ...settings, ADAPTERS: definition.name }, [definition]);
}

/** Opens a stand-in and its adapter, runs the work, and always closes both. */
export async function rehearse(
  subject: AdapterSubject,
  work: (rehearsal: Rehearsal) => Promise<void>,
): Promise<void> {
  const standIn = await subject.openStandIn();
  const logLines: string[] = [];
  const log = createLogger('trace', { write: (line) => void logLines.push(line) });
  const opened: Adapter[] = [];
  try {
    const { core, adapters } = readConfig(subject, standIn.settings);
    const config = adapters.get(subject.definition.name) ?? {};
    const ledger = createMemoryLedger(Date.now);
    const notes = createMemoryNotes(Date.now);
    const restart = async (): Promise<void> => {
      await opened.at(-1)?.close();
      const adapter = createAdapter(subject.definition, config, {
        core,
        log,
        ledger,
        notes,
        clock: Date.now,
        showFigure: () => undefined,
      });
      opened.push(adapter);
      await adapter.prepare?.(AbortSignal.timeout(patienceMs));
    };
    await restart();
    const adapter = (): Adapter => opened.at(-1) ?? assert.fail('No adapter is open');
    const deliver: Rehearsal['deliver'] = (batch, signal = AbortSignal.timeout(patienceMs)) => {
      const answer = async (): Promise<Answer> => {
        try {
          return { outcomes: await adapter().deliver(batch, signal), threw: undefined };
        } catch (threw) {
          return { outcomes: [], threw };
        }
      };
      return endsAfterAbort(answer(), signal);
    };
    await work({
      standIn,
      config,
      logLines,
      adapter,
      restart,
      deliver,
      stage: (fault) => standIn.stage(fault),
      async land(delivery) {
        const { outcomes, threw } = await deliver([delivery]);
        const [outcome] = outcomes;
        assert.equal(threw, undefined, `deliver threw: ${describe(threw)}`);
        assert.equal(outcome?.kind, 'delivered', `It did not land: ${JSON.stringify(outcome)}`);
        return outcome;
      },
      async recordsOf({ idempotencyKey, call }) {
        const keys = [idempotencyKey, call.call_id];
        return (await standIn.records()).filter((record) => keys.includes(record.key));
      },
    });
  } finally {
    await standIn.stage(undefined);
    for (const adapter of opened) await adapter.close();
    await standIn.close();
  }
}

/** Fails when an adapter continues for seconds after its signal has aborted. */
async function endsAfterAbort(answer: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  const tooLate = async (): Promise<never> => {
    if (!signal.aborted) await once(signal, 'abort', { signal: ended.signal });
    // Counts turns of the event loop, which are longer on a busy machine, for the adapter too.
    for (let turn = 0; turn < abortTurns; turn += 1)
      await sleep(abortTurnMs, undefined, { signal: ended.signal });
    return assert.fail(
      `deliver continued for ${(abortTurns * abortTurnMs) / 1000} s after its signal aborted: pass the signal to every request`,
    );
  };
  return Promise.race([answer, tooLate()]).finally(end);
}

/** Fails unless an answer means "later": one retry for each delivery, or a pause of the whole destination. */
export function assertLater({ outcomes, threw }: Answer, batch: readonly Delivery[]): void {
  if (threw instanceof DestinationUnavailable) return;
  assert.equal(threw, undefined, `deliver threw ${describe(threw)}, not DestinationUnavailable`);
  assertOneEach(outcomes, batch);
  for (const outcome of outcomes)
    assert.equal(outcome.kind, 'retry', `An outcome is neither retry nor pause: ${JSON.stringify(outcome)}`);
}

/** Fails unless each delivery has exactly one outcome, by id, and there is no other outcome. */
export function assertOneEach(outcomes: readonly Outcome[], batch: readonly Delivery[]): void {
  assert.deepEqual(
    outcomes.map((outcome) => outcome.id).sort(),
    batch.map((delivery) => delivery.id).sort(),
    'Not exactly one outcome for each delivery, by id',
  );
}

/** An error in a few words. */
export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
