import { findStrangers, waitForLanding, type ExpectedCall } from './landed.ts';
import type { Ledger } from './sent-calls.ts';
import type { Output } from './output.ts';
import type { Plan } from './traffic/plan.ts';
import { reportLanding } from './report.ts';
import { createReportingReader, ReportingUnreadable } from './reporting-reader.ts';

export interface LandingCheck {
  readonly reportingUrl: string;
  readonly landedWaitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Waits for the calls that the receiver took, prints what landed, and names what differs from the plan. A call
 * of which a push was not taken is left out: the ledger has named it already.
 */
export async function checkLanding(
  plan: Plan,
  ledger: Ledger,
  { reportingUrl, landedWaitMs, signal }: LandingCheck,
  output: Output,
): Promise<string[]> {
  const expected = plan.calls.flatMap((call): ExpectedCall[] => {
    const callId = ledger.landingId(call);
    return callId === undefined ? [] : [{ ...call, callId }];
  });
  const reader = createReportingReader(reportingUrl);
  const progress = output.progress('Landing', expected.length);
  try {
    const landing = await waitForLanding(expected, reader, { waitMs: landedWaitMs, signal, progress });
    progress.stop();
    for (const line of ['', ...reportLanding(expected, landing.rows)]) output.print(line);
    const planned = new Set(plan.calls.flatMap(({ callId }) => callId ?? []));
    return [...landing.differences, ...(await findStrangers(plan.runId, planned, reader))];
  } catch (error) {
    if (error instanceof ReportingUnreadable) {
      return [`The reporting database cannot be read: ${error.message}.`];
    }
    throw error;
  } finally {
    progress.stop();
    await reader.close();
  }
}
