import type { Delivery, MatchedPerson } from '#contract';
import type { SaveResult } from './client.ts';
import type { Fields } from './task-fields.ts';

/** A number that is worth a lead, and the Tasks of its calls that are to be made with it. */
export interface LeadRequest {
  readonly number: string;
  readonly tasks: readonly { readonly delivery: Delivery; readonly fields: Fields }[];
}

export interface LeadAnswer {
  /** The lead, or the record that stands for it; undefined: none can be made now, or ever. */
  readonly record: MatchedPerson | undefined;
  /** For the trace. */
  readonly note: string;
  /** True when it may work later. */
  readonly isLater: boolean;
  /** By delivery; a Task that was not tried is not among them. */
  readonly tasks: ReadonlyMap<string, SaveResult>;
}
