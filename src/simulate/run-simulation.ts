import type { StatusMap } from '../domain/call-status.ts';
import { CredentialsRefused, type Credentials } from './credentials.ts';
import { checkLanding } from './check-landing.ts';
import { createSentCalls, type SentCalls } from './sent-calls.ts';
import type { Output } from './output.ts';
import { createPlan, type Plan, type PlannedStep } from './traffic/plan.ts';
import { createReceiverClient, type ReceiverClient } from './receiver-client.ts';
import { reportDifferences, reportSending } from './report.ts';
import { sendPlan } from './send-plan.ts';

export interface SimulationOptions {
  /** The receiver's base address, without a slash at its end. */
  readonly url: string;
  readonly calls: number;
  /** Pushes per second. 0 means as fast as possible. */
  readonly rate: number;
  readonly concurrency: number;
  readonly seed: number;
  /** The end of the simulated day, in epoch milliseconds. */
  readonly nowMs: number;
  readonly credentials: Credentials;
  /** The JET_STATUS_MAP of the receiver. */
  readonly statusMap: StatusMap;
  /** The database in which calls land. Undefined skips the check. */
  readonly reportingUrl: string | undefined;
  /** How long to wait for the next call to land. */
  readonly landedWaitMs: number;
  /** How long a push is retried while the receiver is unreachable. */
  readonly retryForMs: number;
  /** Stops the run. What was sent so far is reported. */
  readonly signal?: AbortSignal;
}

/** 0: everything as planned. 1: something differs or failed. 130: stopped by the signal. */
export type ExitCode = 0 | 1 | 130;

/** Sends a day of Jet's pushes to a receiver and checks that everything is answered and lands as planned. */
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
  const receiver = createReceiverClient({ ...options, signal });
  try {
    await receiver.open();
  } catch (error) {
    output.print((error as Error).message);
    return 1;
  }
  const sentCalls = createSentCalls();
  const halted = await send(plan, receiver, sentCalls, { ...options, signal, halt }, output);
  if (signal.aborted) {
    output.print(halted ?? 'Stopped before the end. What landed was not checked.');
    print(output, reportDifferences(sentCalls.differences));
    return halted === undefined ? 130 : 1;
  }
  const { reportingUrl, landedWaitMs } = options;
  const differences = [...sentCalls.differences];
  if (reportingUrl !== undefined) {
    differences.push(
      ...(await checkLanding(plan, sentCalls, { reportingUrl, landedWaitMs, signal }, output)),
    );
  }
  print(output, reportDifferences(differences));
  if (isStopped(signal)) {
    output.print('Stopped while calls were still landing. The check is incomplete.');
    return 130;
  }
  if (differences.length === 0) output.print('No differences.');
  return differences.length === 0 ? 0 : 1;
}

/** The signal can abort between two reads, which the compiler does not know. */
function isStopped(signal: AbortSignal): boolean {
  return signal.aborted;
}

type SendOptions = SimulationOptions & { readonly signal: AbortSignal; readonly halt: AbortController };

/** @returns why the run cannot continue, or undefined */
async function send(
  plan: Plan,
  receiver: ReceiverClient,
  sentCalls: SentCalls,
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
        await sendStep(step, receiver, sentCalls, (reason) => {
          if (!signal.aborted) stop(reason);
        });
      } catch (error) {
        stop(error instanceof CredentialsRefused ? error.message : `The simulation failed: ${String(error)}`);
      }
      progress.update((done += 1));
    },
  });
  progress.stop();
  print(output, reportSending(sentCalls.counts, (performance.now() - startMs) / 1000));
  return haltReason;
}

async function sendStep(
  step: PlannedStep,
  receiver: ReceiverClient,
  sentCalls: SentCalls,
  stop: (reason: string) => void,
): Promise<void> {
  const answer = await receiver.post(step.path, step);
  if (step.kind === 'push') sentCalls.recordPush(step, answer);
  else if (step.kind === 'list') sentCalls.recordList(step, answer);
  else sentCalls.recordBrokenBody(step, answer);
  if (answer.kind === 'answered' && (answer.status === 401 || answer.status === 403)) {
    stop(`Stopped: the receiver refuses the credentials (${answer.status}). Check the client or the header.`);
  } else if (answer.gaveUp) {
    const last = answer.kind === 'none' ? answer.reason : `it answered ${answer.status}`;
    stop(`Stopped: the receiver accepted nothing for too long (${last}). See its log.`);
  }
}

function print(output: Output, lines: readonly string[]): void {
  for (const line of lines) output.print(line);
}
