import type { Clock } from '../domain/clock.ts';
import type { Database } from '../database/database.ts';
import type { Ledger } from '../domain/remembered/ledger.ts';
import type { Log } from '../domain/log.ts';
import type { Notes } from '../domain/remembered/notes.ts';

/** The tools that the core gives an adapter. */
export interface AdapterTools {
  /**
   * Bound to the destination's name. Pass the fields first, then a sentence. Never log a secret, a token or a whole
   * number.
   */
  readonly log: Log;
  /** Epoch milliseconds. Tests replace it. */
  readonly clock: Clock;
  /** Remembers, for this destination, which record matched which number. It survives a restart. */
  readonly ledger: Ledger;
  /** Remembers, for this destination, what `check` shows later or what another batch must know. It survives a restart. */
  readonly notes: Notes;
  /**
   * Reads a number as people type it, using the operator's `DEFAULT_COUNTRY` and `DEFAULT_AREA_CODE`. Returns E.164, or
   * undefined when the text is not exactly one phone number.
   */
  readNumber(text: string): string | undefined;
  /** The business's own numbers in E.164 (`OWN_NUMBERS`). They are never searched and never become a lead. */
  readonly ownNumbers: ReadonlySet<string>;
  /**
   * Shows a figure of this destination in `/metrics`, such as the used share of a daily budget:
   * `jet_destination_figure{destination,figure}`. The last value is kept.
   * @param figure snake_case with the unit at its end: `api_budget_used_ratio`
   */
  showFigure(figure: string, value: number): void;
  /**
   * Opens a database (`sqlite:`, `postgres:` or `mysql:` URL) with the kit's own settings. It connects with the first
   * statement. The adapter must close it.
   */
  openDatabase(url: string): Database;
  /** Migrates the kit's own reporting table in a database. Several processes can call it at the same time. */
  migrateReporting(database: Database): Promise<void>;
}
