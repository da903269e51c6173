import type { Clock } from '../domain/clock.ts';
import type { Database } from '../database/database.ts';
import type { Ledger } from '../domain/ledger.ts';
import type { Log } from '../domain/log.ts';

/** What the core lends an adapter. */
export interface AdapterTools {
  /** Bound to the destination's name. Fields first, then a sentence: never a secret, a token or a whole number. */
  readonly log: Log;
  /** Epoch milliseconds. Handed in, so that tests can move it. */
  readonly clock: Clock;
  /** What was found for which number at this destination. Outlives the process. */
  readonly ledger: Ledger;
  /**
   * Reads a number as people type it, under the operator's `DEFAULT_COUNTRY` and `DEFAULT_AREA_CODE`. E.164, or
   * undefined when the text is not one phone number.
   */
  readNumber(text: string): string | undefined;
  /** The business's own numbers in E.164 (`OWN_NUMBERS`): never searched, and never made a lead. */
  readonly ownNumbers: ReadonlySet<string>;
  /**
   * Shows a figure of the destination's own in `/metrics`, such as how much of a daily budget is used up:
   * `jet_destination_figure{destination,figure}`. The last value stands.
   *
   * @param figure snake_case, the unit at its end: `api_budget_used_ratio`
   */
  showFigure(figure: string, value: number): void;
  /**
   * Opens a database (`sqlite:`, `postgres:` or `mysql:` URL) under the kit's own rules. Nothing is reached before
   * the first statement. The adapter closes it.
   */
  openDatabase(url: string): Database;
  /** Brings the kit's own reporting table up to date in a database. Safe to call from several processes. */
  migrateReporting(database: Database): Promise<void>;
}
