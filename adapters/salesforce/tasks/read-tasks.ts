import type { ReadRow, Fields, ReadResult } from '#crm';
import { RequestRefused } from '../api/failure.ts';
import { fieldsNamed } from '../api/item-verdict.ts';
import { pagesOf, quoted } from '../api/soql.ts';
import type { Row } from '../client.ts';
import { callObject, taskKey } from '../mapping.ts';
import type { Parts } from './parts.ts';
import { plainText } from './plain-text.ts';
import { keyField, links } from './task-fields.ts';
import { omitFields } from './unusable-fields.ts';

const alwaysRead = ['Id', 'CreatedDate', 'LastModifiedDate', 'CallObject', 'OwnerId', ...links];

/** Reads the current Tasks, with one request for a whole batch. */
export async function readTasks(
  parts: Parts,
  rows: readonly ReadRow[],
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadResult>> {
  const found = new Map<string, Row>();
  const isKeyed = parts.config.SALESFORCE_KEY === 'field';
  const read = async (
    field: string,
    tasks: readonly ReadRow[],
    valueOf: (task: ReadRow) => string,
    plain: (value: string) => string = (value) => value,
    where = '',
  ): Promise<void> => {
    const byValue = new Map(tasks.map((task) => [plain(valueOf(task)), task]));
    for (const page of pagesOf(tasks.map(valueOf))) {
      const isOneOf = `${field} IN (${page.map(quoted).join(', ')})${where}`;
      const key = isKeyed ? [keyField] : [];
      for (const row of await query(parts, [...alwaysRead, ...key, ...names], isOneOf, signal)) {
        // Compared exactly: Salesforce may ignore case, but two call ids can differ only in case.
        const task = byValue.get(plain(row[field] as string));
        if (task !== undefined) found.set(task.delivery.id, row);
      }
    }
  };
  const known = rows.filter(({ id }) => id !== undefined);
  await read('Id', known, ({ id }) => id ?? '', plainText);
  const others = rows.filter(({ id }) => id === undefined);
  if (isKeyed) await read(keyField, others, ({ delivery }) => taskKey(delivery));
  else if (others.length > 0)
    await read('CallObject', others, ({ delivery }) => callObject(delivery), undefined, since(others));
  return new Map(rows.map((one) => [one.delivery.id, resultOf(one, found.get(one.delivery.id))]));
}

/** A Task is at most a day older than the first push of its call, even if clocks differ. */
function since(rows: readonly ReadRow[]): string {
  const sinceMs = Math.min(...rows.map(({ delivery }) => delivery.call.first_received_at)) - 86_400_000;
  return ` AND CreatedDate >= ${new Date(sinceMs).toISOString()}`;
}

async function query(
  parts: Parts,
  names: readonly string[],
  where: string,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const distinct = [...new Set(names)];
  try {
    return await parts.client.query(`SELECT ${distinct.join(', ')} FROM Task WHERE ${where}`, signal);
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    const sent = Object.fromEntries(distinct.map((name) => [name, '']));
    const gone = fieldsNamed(error.error, sent).filter((name) => parts.mapped.has(name));
    if (gone.length === 0) throw error;
    // A mapped field no longer exists, so only the other fields are read.
    omitFields(parts, gone, error.error.code);
    const others = distinct.filter((name) => !gone.includes(name));
    return await query(parts, others, where, signal);
  }
}

function resultOf({ delivery, id, isThere }: ReadRow, row: Row | undefined): ReadResult {
  if (row === undefined)
    return isThere ? hiddenDuplicate(delivery.attempt, id) : { kind: id === undefined ? 'gone' : 'hidden' };
  const isOurs = row[keyField] === taskKey(delivery) || row['CallObject'] === callObject(delivery);
  if (isThere && !isOurs) return { kind: 'refused', code: 'duplicate_value', ...foreign };
  return {
    kind: 'shown',
    id: row['Id'] as string,
    fields: row as Fields,
    isUntouched: row['LastModifiedDate'] === row['CreatedDate'],
    isLinked: links.some((name) => typeof row[name] === 'string' && row[name] !== ''),
  };
}

/** A new Task becomes visible within moments. After this many attempts it stays hidden. */
const attemptsMax = 4;

/** The result for a Task that was refused as a duplicate of a Task that the integration user cannot see. */
function hiddenDuplicate(attempt: number, id: string | undefined): ReadResult {
  if (id !== undefined)
    return { kind: 'hidden', note: 'it exists already, but the integration user cannot see it' };
  const { reason, remedy } = hidden;
  return attempt < attemptsMax
    ? { kind: 'later', code: 'duplicate_hidden', reason }
    : { kind: 'refused', code: 'duplicate_hidden', reason, remedy };
}

const again = 'Then: npm run replay -- --destination salesforce --state rejected';
const foreign = {
  reason:
    'Salesforce refuses the Task, because the Task of another call already has a value that must be unique.',
  remedy: `Deploy adapters/salesforce/metadata again, since the key must be case sensitive. Map nothing to a unique field. ${again}`,
};
const hidden = {
  reason: 'Salesforce says that the Task exists, but the integration user cannot see it.',
  remedy: `Let the integration user see all Tasks (View All Data, or a role above their owners). Map nothing to a unique field. ${again}`,
};
