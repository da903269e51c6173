import type { Asked, Fields, ReadResult } from '#crm';
import { RequestRefused } from '../api/failure.ts';
import { fieldsNamed } from '../api/item-verdict.ts';
import { pagesOf, quoted } from '../api/soql.ts';
import type { Row } from '../client.ts';
import { callObject, taskKey } from '../mapping.ts';
import type { Parts } from './parts.ts';
import { plainText } from './plain-text.ts';
import { keyField, links } from './task-fields.ts';
import { leaveOut } from './unusable-fields.ts';

const always = ['Id', 'CreatedDate', 'LastModifiedDate', 'CallObject', 'OwnerId', ...links];

/** The Tasks as they are now: one request for a whole batch. */
export async function readTasks(
  parts: Parts,
  asked: readonly Asked[],
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadResult>> {
  const found = new Map<string, Row>();
  const isKeyed = parts.config.SALESFORCE_KEY === 'field';
  const read = async (
    field: string,
    tasks: readonly Asked[],
    valueOf: (task: Asked) => string,
    plain: (value: string) => string = (value) => value,
    where = '',
  ): Promise<void> => {
    const byValue = new Map(tasks.map((task) => [plain(valueOf(task)), task]));
    for (const page of pagesOf(tasks.map(valueOf))) {
      const isOneOf = `${field} IN (${page.map(quoted).join(', ')})${where}`;
      const key = isKeyed ? [keyField] : [];
      for (const row of await query(parts, [...always, ...key, ...names], isOneOf, signal)) {
        // Letter by letter: Salesforce may compare without regard to case, and ids of calls differ by it.
        const task = byValue.get(plain(row[field] as string));
        if (task !== undefined) found.set(task.delivery.id, row);
      }
    }
  };
  const known = asked.filter(({ id }) => id !== undefined);
  await read('Id', known, ({ id }) => id ?? '', plainText);
  const others = asked.filter(({ id }) => id === undefined);
  if (isKeyed) await read(keyField, others, ({ delivery }) => taskKey(delivery));
  else if (others.length > 0)
    await read('CallObject', others, ({ delivery }) => callObject(delivery), undefined, since(others));
  return new Map(asked.map((one) => [one.delivery.id, resultOf(one, found.get(one.delivery.id))]));
}

/** No Task of a call is older than its first push, but for clocks that differ. */
function since(asked: readonly Asked[]): string {
  const sinceMs = Math.min(...asked.map(({ delivery }) => delivery.call.first_received_at)) - 86_400_000;
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
    // A field that was mapped does not exist any more: the others are read.
    leaveOut(parts, gone, error.error.code);
    const others = distinct.filter((name) => !gone.includes(name));
    return await query(parts, others, where, signal);
  }
}

function resultOf({ delivery, id, isThere }: Asked, row: Row | undefined): ReadResult {
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

/** A Task that was made just now shows within moments: after this many attempts it never will. */
const attemptsMax = 4;

/** What becomes of a Task that was refused as a duplicate of one that the integration user does not see. */
function hiddenDuplicate(attempt: number, id: string | undefined): ReadResult {
  if (id !== undefined)
    return { kind: 'hidden', note: 'it is there already, and the integration user may not see it' };
  const { reason, remedy } = hidden;
  return attempt < attemptsMax
    ? { kind: 'later', code: 'duplicate_hidden', reason }
    : { kind: 'refused', code: 'duplicate_hidden', reason, remedy };
}

const again = 'then: npm run replay -- --destination salesforce --state rejected';
const foreign = {
  reason: "Salesforce refuses the Task, since another call's has a value that the org keeps unique.",
  remedy: `Deploy adapters/salesforce/metadata again, since the key must be case sensitive; and map nothing to a unique field, ${again}`,
};
const hidden = {
  reason: 'Salesforce says that the Task is there, and the integration user does not see it.',
  remedy: `Let the integration user see all Tasks (View All Data, or a role above their owners), and map nothing to a unique field, ${again}`,
};
