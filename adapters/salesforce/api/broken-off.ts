import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import { RequestFailed, RequestRefused } from './failure.ts';
import type { Outcomes, Parts } from '../tasks/parts.ts';

/** When and why what a batch did not come to is tried again. */
export interface Later {
  readonly code: string;
  readonly reason: string;
  readonly delayMs?: number | undefined;
}

/**
 * What becomes of the rest of a batch that broke off.
 *
 * @returns undefined: nothing is to be kept of it, and the core is told of the error ({@link asMisconfigured})
 */
export function afterBreak(
  parts: Parts,
  error: unknown,
  { outcomes, hasWritten }: { readonly outcomes: Outcomes; readonly hasWritten: boolean },
): Later | undefined {
  return isStop(error) ? stopLater(error, outcomes) : failureLater(parts, error, hasWritten);
}

type Stop = DestinationUnavailable | AdapterMisconfigured | RequestRefused;

function isStop(error: unknown): error is Stop {
  return [DestinationUnavailable, AdapterMisconfigured, RequestRefused].some((kind) => error instanceof kind);
}

/** What was written counts, and the next batch tells the core of the pause. Undefined: nothing was, the core is told. */
function stopLater(error: Stop, outcomes: Outcomes): Later | undefined {
  const isWritten = [...outcomes.values()].some(
    (outcome) => outcome.kind === 'delivered' && outcome.effect !== 'unchanged',
  );
  if (!isWritten) return undefined;
  const delayMs = error instanceof DestinationUnavailable ? error.retryAfterMs : undefined;
  return { code: 'not_reached', reason: 'Salesforce stopped in mid-batch.', delayMs };
}

/** Undefined: the core tries the calls one by one. */
function failureLater({ tools }: Parts, error: unknown, hasWritten: boolean): Later | undefined {
  // One record may be what Salesforce stumbles over: all are counted as tried, and part in their pauses.
  if (error instanceof RequestFailed) return { code: 'unknown_exception', reason: error.message };
  if (!hasWritten) return undefined;
  // Whatever it was, Tasks may be there by now: only a further attempt looks for them.
  tools.log.error({ error }, 'A batch failed after something was written');
  return { code: 'adapter_error', reason: 'The batch failed after something was written.' };
}

/** What the org refuses to be asked, it refuses for every call. */
export function asMisconfigured(error: unknown): unknown {
  if (!(error instanceof RequestRefused)) return error;
  return new AdapterMisconfigured(
    `${error.message.replace(/\.$/, '')}: an object or field that the integration user may not see.`,
    'npm run doctor names it: give the user access (adapters/salesforce/README.md), or take it out of the settings.',
    { cause: error },
  );
}
