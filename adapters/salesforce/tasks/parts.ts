import type { AdapterTools } from '#contract';
import type { BudgetMeter } from '../api/budget.ts';
import type { RowsPerWrite } from '../api/rows-per-write.ts';
import type { SalesforceClient } from '../client.ts';
import type { SalesforceConfig } from '../config.ts';

/** The parts of a running adapter. */
export interface Parts {
  readonly client: SalesforceClient;
  readonly config: SalesforceConfig;
  readonly tools: AdapterTools;
  readonly budget: BudgetMeter;
  readonly rowsPerWrite: RowsPerWrite;
  /** The fields of `SALESFORCE_FIELDS`. */
  readonly mapped: ReadonlySet<string>;
  /** The lengths of mapped text fields. */
  readonly lengths: {
    /** The length in characters by field, where Salesforce has reported it. */
    readonly known: Map<string, number>;
    /** When the org last described its fields. Epoch milliseconds. */
    askedAtMs: number | undefined;
  };
  /** Mapped fields that the org refused, with the time until which they are omitted. Epoch milliseconds. */
  readonly unusable: Map<string, number>;
}
