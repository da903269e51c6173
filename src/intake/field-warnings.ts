import { jetFields, type CallFieldName, type CallFields, type JsonValue } from '../domain/jet-fields.ts';
import type { PushWarning } from '../domain/push.ts';
import { reportingColumns } from '../reporting/reporting-columns.ts';
import { reportingLength, reportingTable } from '../reporting/reporting-column.ts';
import { shown } from './read-value.ts';

/** The key and the value under which a field was received. */
export interface ReceivedField {
  readonly key: string;
  readonly value: JsonValue;
}

/** Warns about readable fields with suspicious values. The fields themselves are kept unchanged. */
export function fieldWarnings(
  fields: CallFields,
  receivedAs: (name: CallFieldName) => ReceivedField,
): PushWarning[] {
  const tooLong = lengthLimits
    .filter(({ name, lengthMax }) => (fields[name]?.toString().length ?? 0) > lengthMax)
    .map(({ name, lengthMax }) => tooLongFor(lengthMax, receivedAs(name)));
  return endsBeforeStart(fields) ? [endBeforeStart(receivedAs('ended_at')), ...tooLong] : tooLong;
}

/** The reporting columns that show a received field, with the length that each column can hold. */
const lengthLimits = reportingColumns.flatMap((column) => {
  const lengthMax = reportingLength(column);
  return isField(column.name) && lengthMax < Infinity ? [{ name: column.name, lengthMax }] : [];
});

function isField(name: string): name is CallFieldName {
  return jetFields.some((field) => field.name === name);
}

function tooLongFor(lengthMax: number, { key, value }: ReceivedField): PushWarning {
  const action = `kept in full in the store; ${reportingTable} shows only the first ${lengthMax} characters`;
  return { field: key, code: 'too_long', received: shown(value), action };
}

function endsBeforeStart({ started_at: startMs, ended_at: endMs }: CallFields): boolean {
  return startMs !== undefined && endMs !== undefined && endMs < startMs;
}

function endBeforeStart({ key, value }: ReceivedField): PushWarning {
  const action = 'kept, but the call starts after this time: the sender must check its clocks and time zones';
  return { field: key, code: 'end_before_start', received: shown(value), action };
}
