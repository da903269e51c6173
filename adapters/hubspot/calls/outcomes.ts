import { delivered, rejected, type Outcome } from '#contract';
import { lateMatchAfterMs, liveEndsAfterMs } from '#crm';
import { withoutNumbers, type ErrorDetails } from '../api/refusal.ts';
import { missingProperties, requiredSentence } from '../check/required-properties.ts';
import type { Landing, Run } from '../api/run.ts';
import { asJson, fingerprints, type Left } from './trace.ts';
import type { Properties } from '../check/properties.ts';

/** A landing that HubSpot confirmed. */
export interface Landed {
  readonly remoteId: string;
  readonly effect: 'created' | 'updated' | 'unchanged';
  readonly how: string;
  /** What was written now. */
  readonly written: Properties;
  /** What was left to people, and why. */
  readonly left?: Left;
}

/** Answers a delivery as landed, with its trace, and when to look again for somebody who was not found. */
export function settleLanded(run: Run, landing: Landing, landed: Landed): void {
  const { delivery, last, whom, owner, dropped } = landing;
  // What was left out before is still left out, unless it was written now.
  const before = Object.entries(last?.left ?? {}).filter(([name]) => !(name in landed.written));
  const trace = asJson({
    how: landed.how,
    whom,
    owner: owner.why,
    written: { ...last?.written, ...fingerprints(landed.written) },
    left: { ...Object.fromEntries(before), ...dropped, ...landed.left },
  });
  const revisitAfterMs = revisitOf(run, landing);
  const { remoteId, effect } = landed;
  run.outcomes.set(delivery.id, delivered(delivery.id, { remoteId, effect, trace, revisitAfterMs }));
}

/** When to look again: for somebody who was not found, or for the end of a call that is shown as it goes on. */
function revisitOf({ tools }: Run, { delivery, whom }: Landing): number | undefined {
  const { call } = delivery;
  const nowMs = tools.clock();
  const times = [
    whom.state === 'nobody' ? lateMatchAfterMs(call, nowMs) : undefined,
    !delivery.isOver ? Math.max(call.last_received_at + liveEndsAfterMs - nowMs, 0) : undefined,
  ].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** HubSpot refuses a call for what it is. */
export function refused(id: string, details: ErrorDetails): Outcome {
  const missing = missingProperties(details);
  if (missing.length > 0) return propertyRequired(id, missing);
  const message = withoutNumbers(details.message);
  return rejected(
    id,
    'refused_by_hubspot',
    `HubSpot refuses the call: ${message === '' ? details.category : message}`,
    'Change the rule or the property in HubSpot, or adapters/hubspot/mapping.ts, then: npm run replay -- --state rejected',
  );
}

/** A rule of the portal requires properties that a call lacks. */
export function propertyRequired(id: string, missing: readonly string[]): Outcome {
  const them = missing.length === 1 ? 'it' : 'them';
  return rejected(
    id,
    'property_required',
    `${requiredSentence(missing, 'calls')}: map ${them} with HUBSPOT_FIELDS or relax the rule`,
    `Map ${them} with HUBSPOT_FIELDS, or relax the rule in HubSpot (Settings > Properties). Then: npm run replay -- --state rejected`,
  );
}
