import { utcText, type Delivery } from '#contract';
import { reportingColumns } from '#reporting';
import type { SqlClient } from './client.ts';
import { mapCall } from './mapping.ts';

/** Compares the row of a call with the row that would be written now. */
export async function compare(
  client: SqlClient,
  { call, revision }: Delivery,
  nowMs: number,
  signal: AbortSignal,
) {
  const there = await client.read(call.call_id, signal);
  const row = mapCall(call, revision, nowMs, client.dialect);
  const fields = reportingColumns.flatMap(({ name, type }) => {
    const after = textOf(row[name], type);
    const before = there === undefined ? undefined : textOf(there[name], type);
    // Every write changes this column.
    if (name === 'updated_at_utc' || (before ?? '') === after) return [];
    return [{ field: name, ...(before !== undefined && { before }), after }];
  });
  const effect = there === undefined ? 'create' : fields.length === 0 ? 'unchanged' : 'update';
  return { effect, fields } as const;
}

/** A value in the same form for every database: drivers return dates, numbers and truth values differently. */
function textOf(value: unknown, type: string): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return utcText(value.getTime()).slice(0, type === 'date' ? 10 : undefined);
  if (typeof value === 'boolean') return value ? '1' : '0';
  const text = typeof value === 'object' ? JSON.stringify(value) : `${value as string | number}`;
  if (type === 'json') return sortedJson(text);
  return type === 'instant' ? text.replace(/\+00$/, '') : text;
}

/** A JSON value in one order of keys, since databases order them differently. A driver gives a JSON string without quotes. */
function sortedJson(text: string): string {
  let given: unknown = text;
  try {
    given = JSON.parse(text);
  } catch {
    // The text itself is the value.
  }
  return JSON.stringify(given, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
