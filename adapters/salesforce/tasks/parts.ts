import type { AdapterTools, Outcome } from '#contract';
import type { BudgetMeter } from '../api/budget.ts';
import type { SalesforceClient } from '../client.ts';
import type { SalesforceConfig } from '../config.ts';
import type { OwnerFinder } from '../people/owner.ts';
import type { PeopleFinder } from '../people/people.ts';
import type { RowsPerWrite } from '../api/rows-per-write.ts';

/** What the steps of a landing work with. */
export interface Parts {
  readonly client: SalesforceClient;
  readonly config: SalesforceConfig;
  readonly tools: AdapterTools;
  readonly people: PeopleFinder;
  readonly owners: OwnerFinder;
  readonly budget: BudgetMeter;
  readonly rowsPerWrite: RowsPerWrite;
  /** The fields of `SALESFORCE_FIELDS`. */
  readonly mapped: ReadonlySet<string>;
  /** How long mapped text fields are. */
  readonly lengths: {
    /** Characters by field, as far as Salesforce has said. */
    readonly known: Map<string, number>;
    /** When the org was last asked to describe them. Epoch milliseconds. */
    askedAtMs: number | undefined;
  };
  /** Mapped fields that the org does not know, and until when that is taken for true: epoch milliseconds. */
  readonly unusable: Map<string, number>;
}

/** Outcomes by delivery. Filled as they come, so that what landed counts even when a later request fails. */
export type Outcomes = Map<string, Outcome>;
