import type { StatusMap } from '../domain/call-status.ts';
import { CredentialsRefused, type Credentials } from './credentials.ts';
import { checkLanding } from './check-landing.ts';
import { createLedger, type Ledger } from './sent-calls.ts';
import type { Output } from './output.ts';
import { createPlan, type Plan, type PlannedStep } from './traffic/plan.ts';
import { createReceiver, type Receiver } from './receiver-client.ts';
import { reportDifferences, reportSending } from './report.ts';
import { sendPlan } from './send-plan.ts';

export interface SimulationOptions {
  /** The receiver's base address, without a slash at its end. */
  readonly url: string;
  readonly calls: number;
  /** Pushes a second; 0 for as fast as possible. */
  readonly rate: number;
  readonly concurrency: number;
  readonly seed: number;
  /** The end of the day that is played, epoch milliseconds. */
  readonly nowMs: number;
  readonly credentials: Credentials;
  /** The receiver's own status words. */
  readonly statusMap: StatusMap;
  /** Where to look for what landed; undefined to leave that out. */
  readonly reportingUrl: string | undefined;
  /** How long to wait for calls to land, counted from the last one that did. */
  readonly landedWaitMs: number;
  /** How long a push is tried again while the receiver is away. */
  readonly retryForMs: number;
  /** Stops the run; what was done so far is reported. */
  readonly signal?: AbortSignal;
}

/** Everything as planned; something differs or went wrong; stopped by the signal. */
export type ExitCode = 0 | 1 | 130;

/** Plays a day of Jet's pushes against a receiver, and says whether all of it was answered and landed as it must. */
export async function runSimulation(options: SimulationOptions, output: Output): Promise<ExitCode> {
  const plan = createPlan(options.seed, options.calls, options.nowMs, options.statusMap);
  const pushes = plan.steps.flatMap((step) =>
    step.kind === 'list' ? step.pushes : step.kind === 'push' ? step : [],
  ).length;
  output.print(
    `Seed ${options.seed}: ${plan.calls.length} calls, ${pushes} pushes, ids begin with ${plan.runId}.`,
  );
  const halt = new AbortController();
  const signal = AbortSignal.any([halt.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const receiver = createReceiver({ ...options, signal });
  try {
    await receiver.open();
  } catch (error) {
    output.print((error as Error).message);
    return 1;
  }
  const ledger = createLedger();
  const halted = await send(plan, receiver, ledger, { ...options, signal, halt }, output);
  if (signal.aborted) {
    output.print(halted ?? 'Stopped before the end; what landed was not looked at.');
    print(output, reportDifferences(ledger.differences));
    return halted === undefined ? 130 : 1;
  }
  const { reportingUrl, landedWaitMs } = options;
  const differences = [...ledger.differences];
  if (reportingUrl !== undefined) {
    differences.push(...(await checkLanding(plan, ledger, { reportingUrl, landedWaitMs, signal }, output)));
  }
  print(output, reportDifferences(differences));
  if (isStopped(signal)) {
    output.print('Stopped before everything had landed.');
    return 130;
  }
  if (differences.length === 0) output.print('No differences.');
  return differences.length === 0 ? 0 : 1;
}

/** A signal may be stopped between two looks at it, which the compiler does not know. */
function isStopped(signal: AbortSignal): boolean {
  return signal.aborted;
}

type SendOptions = SimulationOptions & { readonly signal: AbortSignal; readonly halt: AbortController };

/** @returns why the run cannot go on, when it cannot */
async function send(
  plan: Plan,
  receiver: Receiver,
  ledger: Ledger,
  { rate, concurrency, signal, halt }: SendOptions,
  output: Output,
): Promise<string | undefined> {
  let haltReason: string | undefined;
  const stop = (reason: string): void => {
    haltReason ??= reason;
    halt.abort();
  };
  const progress = output.progress('Sending', plan.steps.length);
  const startMs = performance.now();
  let done = 0;
  await sendPlan(plan, {
    rate,
    concurrency,
    signal,
    send: async (step) => {
      try {
        await sendStep(step, receiver, ledger, (reason) => {
          if (!signal.aborted) stop(reason);
        });
      } catch (error) {
        stop(error instanceof CredentialsRefused ? error.message : `The simulation failed: ${String(error)}`);
      }
      progress.update((done += 1));
    },
  });
  progress.stop();
  print(output, reportSending(ledger.counts, (performance.now() - startMs) / 1000));
  return haltReason;
}

async function sendStep(
  step: PlannedStep,
  receiver: Receiver,
  ledger: Ledger,
  stop: (reason: string) => void,
): Promise<void> {
  const answer = await receiver.post(step.path, step);
  if (step.kind === 'push') ledger.recordPush(step, answer);
  else if (step.kind === 'list') ledger.recordList(step, answer);
  else ledger.recordBrokenBody(step, answer);
  if (answer.kind === 'answered' && (answer.status === 401 || answer.status === 403)) {
    stop(`Stopped: the receiver does not take the credentials (${answer.status}).`);
  } else if (answer.gaveUp) {
    const last = answer.kind === 'none' ? answer.reason : `it answered ${answer.status}`;
    stop(`Stopped: the receiver took nothing for too long (${last}).`);
  }
}

function print(output: Output, lines: readonly string[]): void {
  for (const line of lines) output.print(line);
}
