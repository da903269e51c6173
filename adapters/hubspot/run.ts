import type { AdapterTools, Delivery, Outcome } from '#contract';
import type { HubspotClient } from './client.ts';
import type { HubspotConfig } from './config.ts';
import type { Owners, OwnerChoice } from './owner.ts';
import type { CallForm, Portal } from './portal.ts';
import type { Properties } from './properties.ts';
import type { LastLanding, Whom } from './trace.ts';

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
}

/** A delivery with what is to be written for it. */
export interface Landing {
  readonly delivery: Delivery;
  readonly last: LastLanding | undefined;
  readonly whom: Whom;
  readonly owner: OwnerChoice;
  /** All that the call is to show, the key and the owner too. */
  readonly properties: Properties;
  /** What the portal does not take, and why. */
  readonly dropped: Readonly<Record<string, string>>;
}

/** A batch cut into those that HubSpot takes at once. */
export function inBatches<Row>(rows: readonly Row[], size: number): Row[][] {
  const batches: Row[][] = [];
  for (let from = 0; from < rows.length; from += size) batches.push(rows.slice(from, from + size));
  return batches;
}
