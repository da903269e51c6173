import type { CallFieldName, CallFields, JsonValue } from '../domain/jet-fields.ts';
import type { PushWarning } from '../domain/push.ts';
import { shown } from './read-value.ts';

/** A field as it came: under which key, with which value. */
export interface ReceivedField {
  readonly key: string;
  readonly value: JsonValue;
}

/** What is odd about the fields of one push, though each can be read. Every field is kept as it came. */
export function fieldWarnings(
  fields: CallFields,
  receivedAs: (name: CallFieldName) => ReceivedField,
): PushWarning[] {
  return endsBeforeStart(fields) ? [endBeforeStart(receivedAs('ended_at'))] : [];
}

function endsBeforeStart({ started_at: startMs, ended_at: endMs }: CallFields): boolean {
  return startMs !== undefined && endMs !== undefined && endMs < startMs;
}

function endBeforeStart({ key, value }: ReceivedField): PushWarning {
  const action = 'kept, though the call starts later: the sender must check its clocks and time zones';
  return { field: key, code: 'end_before_start', received: shown(value), action };
}
