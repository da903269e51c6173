import type { JsonValue } from '../../domain/jet-fields.ts';
import type { Call } from '../../domain/call.ts';
import type { CallStatus, StatusMap } from '../../domain/call-status.ts';
import type { Clock } from '../../domain/clock.ts';
import type { CallRecord } from '../../domain/fold.ts';
import type { Log } from '../../domain/log.ts';
import type { PhoneReader } from '../../domain/phone-number.ts';
import type { FieldChange } from '../../store/lookup/field-changes.ts';
import type { CallTrace } from '../../store/lookup/read-trace.ts';
import type { Store } from '../../store/store.ts';

/** What the pages of calls need. */
export interface CallDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly statusMap: StatusMap;
  readonly readPhone: PhoneReader;
  readonly completeCall: (record: CallRecord) => Call;
  /** The enabled destinations, for the filter. */
  readonly destinations: readonly string[];
  /** Computes the fields that each enabled destination would get for a call today. It sends no request. */
  readonly landingsToday: (trace: CallTrace) => readonly {
    readonly destination: string;
    readonly fields: Readonly<Record<string, JsonValue>>;
    readonly changes: readonly FieldChange[] | undefined;
  }[];
  /**
   * Asks a destination what a landing would change now, and writes nothing. Undefined when the destination cannot
   * compare.
   * @throws when the destination does not answer or refuses
   */
  readonly compareToday: (trace: CallTrace, destination: string) => Promise<ComparedLanding | undefined>;
  readonly log: Log;
}

/** The changes that a landing would make at a destination now. */
export interface ComparedLanding {
  readonly effect: 'create' | 'update' | 'unchanged' | 'none';
  readonly note?: string;
  readonly fields: readonly { readonly field: string; readonly before?: string; readonly after: string }[];
}

/** A status as pages name it: `in_progress` is "in progress". */
export function statusWord(status: CallStatus): string {
  return status.replace('_', ' ');
}
