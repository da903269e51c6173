import type { CallStatus } from '../domain/call-status.ts';
import type { Direction } from '../domain/fold.ts';
import type { Stage } from '../domain/stage.ts';
import type { Progress } from './output.ts';
import { wait } from './wait.ts';
import { ReportingUnreadable, type LandedRow, type ReportingReader } from './reporting-reader.ts';

export interface ExpectedCall {
  readonly name: string;
  readonly callId: string;
  readonly direction: Direction;
  readonly stage: Stage;
  readonly status: CallStatus;
  readonly answering_point: string | undefined;
  readonly extension_number: string | undefined;
  readonly duration_seconds: number | undefined;
}

export interface Landing {
  readonly rows: readonly LandedRow[];
  readonly differences: readonly string[];
}

export interface LandingWait {
  /** How long to wait for the next call to reach its final state. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

const pollMs = 250;

/**
 * Waits until the reporting table shows the final state of every call. Lists each call that differs.
 *
 * @throws ReportingUnreadable when the last read of the table failed
 */
export async function waitForLanding(
  expected: readonly ExpectedCall[],
  reader: ReportingReader,
  { waitMs, signal, progress }: LandingWait,
): Promise<Landing> {
  const found = new Map<string, LandedRow>();
  let pending = expected;
  let fault: ReportingUnreadable | undefined;
  let endMs = performance.now() + waitMs;
  while (pending.length > 0) {
    try {
      for (const row of await reader.rowsOf(pending.map(({ callId }) => callId))) found.set(row.call_id, row);
      fault = undefined;
    } catch (error) {
      if (!(error instanceof ReportingUnreadable)) throw error;
      fault = error;
    }
    const before = pending.length;
    pending = pending.filter((call) => differenceOf(call, found.get(call.callId)) !== undefined);
    if (pending.length < before) endMs = performance.now() + waitMs;
    progress.update(expected.length - pending.length);
    if (pending.length === 0 || signal.aborted || performance.now() >= endMs) break;
    await wait(pollMs, signal);
  }
  if (fault !== undefined) throw fault;
  return {
    rows: [...found.values()],
    differences: pending.map((call) => `${call.name}: ${differenceOf(call, found.get(call.callId)) ?? ''}`),
  };
}

/** Finds rows of this run that belong to no call of the plan: a body that is not a call was stored as one. */
export async function findUnplannedRows(
  runId: string,
  planned: ReadonlySet<string>,
  reader: ReportingReader,
): Promise<string[]> {
  const ids = await reader.idsBeginning(`${runId}-`);
  return ids.filter((id) => !planned.has(id)).map((id) => `${id}: landed, but is not a call of this run`);
}

function differenceOf(call: ExpectedCall, row: LandedRow | undefined): string | undefined {
  if (row === undefined) return 'did not land';
  const faults: string[] = (['direction', 'stage', 'status', 'duration_seconds'] as const)
    .filter((column) => (row[column] ?? undefined) !== call[column])
    .map((column) => `${column} ${row[column] ?? 'none'} instead of ${call[column] ?? 'none'}`);
  // These values can be telephone numbers, which must not be printed.
  for (const column of ['answering_point', 'extension_number'] as const)
    if ((row[column] ?? undefined) !== call[column]) faults.push(`a different ${column}`);
  return faults.length === 0 ? undefined : `landed with ${faults.join(', ')}`;
}
