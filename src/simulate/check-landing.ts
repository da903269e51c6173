import { findUnplannedRows, waitForLanding, type ExpectedCall } from './landed.ts';
import type { SentCalls } from './sent-calls.ts';
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
 * Waits for the accepted calls to land, prints what landed, and lists the differences from the plan. A call with a push
 * that was not accepted is skipped, because that difference is listed already.
 */
export async function checkLanding(
  plan: Plan,
  sentCalls: SentCalls,
  { reportingUrl, landedWaitMs, signal }: LandingCheck,
  output: Output,
): Promise<string[]> {
  const expected = plan.calls.flatMap((call): ExpectedCall[] => {
    const callId = sentCalls.landingId(call);
    return callId === undefined ? [] : [{ ...call, callId }];
  });
  const reader = createReportingReader(reportingUrl);
  const progress = output.progress('Landing', expected.length);
  try {
    const landing = await waitForLanding(expected, reader, { waitMs: landedWaitMs, signal, progress });
    progress.stop();
    for (const line of ['', ...reportLanding(expected, landing.rows)]) output.print(line);
    const planned = new Set(plan.calls.flatMap(({ callId }) => callId ?? []));
    return [...landing.differences, ...(await findUnplannedRows(plan.runId, planned, reader))];
  } catch (error) {
    if (error instanceof ReportingUnreadable) {
      return [
        `The reporting database cannot be read (${error.message}), so the landed calls were not checked. Check REPORTING_DATABASE_URL.`,
      ];
    }
    throw error;
  } finally {
    progress.stop();
    await reader.close();
  }
}
