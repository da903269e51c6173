import type { AdapterTools } from '#contract';
import type { BudgetMeter } from '../api/budget.ts';
import type { RowsPerWrite } from '../api/rows-per-write.ts';
import type { SalesforceClient } from '../client.ts';
import type { SalesforceConfig } from '../config.ts';

/** What a running adapter works with. */
export interface Parts {
  readonly client: SalesforceClient;
  readonly config: SalesforceConfig;
  readonly tools: AdapterTools;
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
