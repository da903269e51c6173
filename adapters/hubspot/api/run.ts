import { retry, type AdapterTools, type Delivery, type Outcome } from '#contract';
import type { HubspotClient } from '../client.ts';
import type { HubspotConfig } from '../config.ts';
import type { Owners, OwnerChoice } from '../people/owner.ts';
import type { CallForm, Portal } from './portal.ts';
import type { Properties } from '../check/properties.ts';
import { isOutcomeUnknown } from './refusal.ts';
import type { RefusedValues } from '../calls/refused-values.ts';
import type { LastLanding, Left, Whom } from '../calls/trace.ts';

/** What a running adapter works with. */
export interface Parts {
  readonly client: HubspotClient;
  readonly config: HubspotConfig;
  readonly tools: AdapterTools;
  readonly portal: Portal;
  readonly owners: Owners;
}

/** One call of `deliver`. */
export interface Run extends Parts {
  readonly signal: AbortSignal;
  readonly form: CallForm;
  /** What became of each delivery so far, by id. */
  readonly outcomes: Map<string, Outcome>;
  /** The deliveries of which a write was sent that was not refused: it may have been done. */
  readonly sent: Set<string>;
  /** What HubSpot refused of optional properties, so that it is not sent again. */
  readonly refusedValues: RefusedValues;
  /** How many calls HubSpot refused by themselves in this batch. */
  readonly refusals: { count: number };
  /** The numbers that were searched anew since a record was gone: once is enough. */
  readonly searchedAnew: Set<string>;
}

/** A delivery with what is to be written for it. */
export interface Landing {
  readonly delivery: Delivery;
  readonly last: LastLanding | undefined;
  readonly whom: Whom;
  readonly owner: OwnerChoice;
  /** All that the call is to show, the key and the owner too. */
  readonly properties: Properties;
  /** What the portal does not take. */
  readonly dropped: Left;
}

/** Sends a write, and notes of which deliveries it may have been done. Throws what `write` does. */
export async function sendWrite<Answer>(
  run: Run,
  landings: readonly Landing[],
  write: () => Promise<Answer>,
): Promise<Answer> {
  const note = (): void => landings.forEach(({ delivery }) => run.sent.add(delivery.id));
  try {
    const answer = await write();
    note();
    return answer;
  } catch (error) {
    if (isOutcomeUnknown(error)) note();
    throw error;
  }
}

/** A batch cut into those that HubSpot takes at once. */
export function inBatches<Row>(rows: readonly Row[], size: number): Row[][] {
  const batches: Row[][] = [];
  for (let from = 0; from < rows.length; from += size) batches.push(rows.slice(from, from + size));
  return batches;
}

/** Rows that HubSpot refused as a whole, in two: what is at fault is found so. At least two rows. */
export function inHalves<Row>(rows: readonly Row[]): Row[][] {
  return inBatches(rows, Math.ceil(rows.length / 2));
}

// Each refused call is found by halves, which cost requests: after so many the rest of the batch waits.
const refusalsMax = 10;

/** Calls in halves. When HubSpot refuses one after the other, the rest of them is to be tried again, and is none. */
export function halvesOfCalls<Row extends Landing>(run: Run, batch: readonly Row[]): Row[][] {
  if (run.refusals.count >= refusalsMax) {
    const reason = 'HubSpot refused so many calls of the batch that the rest of it waits.';
    for (const { delivery } of batch)
      run.outcomes.set(delivery.id, retry(delivery.id, 'many_refused', reason));
    return [];
  }
  return inHalves(batch);
}
