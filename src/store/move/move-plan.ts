import type { Migration } from '../../database/migration.ts';
import type { TableShape } from './table-shape.ts';

/** One database and the target that it is moved to. */
export interface Move {
  /** For people: "store" or "reporting table". */
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** The target without its password. */
  readonly toShown: string;
  readonly migrations: readonly Migration[];
  readonly migrationsTable: string;
  readonly shapes: readonly TableShape[];
  /** Views that read these tables. A view comes after the views that it reads. */
  readonly views?: readonly string[];
  /** True for a foreign table that is allowed in the target. */
  readonly isAllowedBeside: (table: string) => boolean;
}
