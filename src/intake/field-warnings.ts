import { jetFields, type CallFieldName, type CallFields, type JsonValue } from '../domain/jet-fields.ts';
import type { PushWarning } from '../domain/push.ts';
import { reportingColumns } from '../reporting/reporting-columns.ts';
import { reportingLength, reportingTable } from '../reporting/reporting-column.ts';
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
  const tooLong = lengths
    .filter(({ name, lengthMax }) => (fields[name]?.toString().length ?? 0) > lengthMax)
    .map(({ name, lengthMax }) => tooLongFor(lengthMax, receivedAs(name)));
  return endsBeforeStart(fields) ? [endBeforeStart(receivedAs('ended_at')), ...tooLong] : tooLong;
}

/** The columns that hold a field as it came, and how much of it. */
const lengths = reportingColumns.flatMap((column) => {
  const lengthMax = reportingLength(column);
  return isField(column.name) && lengthMax < Infinity ? [{ name: column.name, lengthMax }] : [];
});

function isField(name: string): name is CallFieldName {
  return jetFields.some((field) => field.name === name);
}

function tooLongFor(lengthMax: number, { key, value }: ReceivedField): PushWarning {
  const action = `kept whole in the store; ${reportingTable} shows its first ${lengthMax} characters`;
  return { field: key, code: 'too_long', received: shown(value), action };
}

function endsBeforeStart({ started_at: startMs, ended_at: endMs }: CallFields): boolean {
  return startMs !== undefined && endMs !== undefined && endMs < startMs;
}

function endBeforeStart({ key, value }: ReceivedField): PushWarning {
  const action = 'kept, though the call starts later: the sender must check its clocks and time zones';
  return { field: key, code: 'end_before_start', received: shown(value), action };
}
