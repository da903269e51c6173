import { cutText } from '../../domain/cut-text.ts';
import type { JsonValue } from '../../domain/jet-fields.ts';
import type { LandingReport } from './landing-report.ts';

/** A field whose value would change. Undefined: the field was never written. */
export interface FieldChange {
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string;
}

// Traces keep this many characters of a value (src/crm/engine/outcomes.ts).
const keptValueMax = 200;

/**
 * The differences between the last landing and the fields that would be sent today. Long texts are compared by their
 * beginning.
 */
export function fieldChanges(
  written: LandingReport['fields'],
  today: Readonly<Record<string, JsonValue>>,
): readonly FieldChange[] {
  return Object.entries(today).flatMap(([field, value]) => {
    const after = cutText(shownValue(value), keptValueMax);
    const before = written[field]?.after;
    return before === after || (before === undefined && after === '') ? [] : [{ field, before, after }];
  });
}

/** A value of a field as text. */
export function shownValue(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
