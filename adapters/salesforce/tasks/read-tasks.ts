import type { Row } from '../client.ts';
import type { KnownTask } from './landing.ts';
import { RequestRefused } from '../api/failure.ts';
import { fieldsNamed } from '../api/item-verdict.ts';
import { taskKey } from '../mapping.ts';
import type { Parts } from './parts.ts';
import { pagesOf, quoted } from '../api/soql.ts';
import { keyField } from './task-fields.ts';
import { plainText } from './trace.ts';
import { leaveOut } from './unusable-fields.ts';

const read = [
  ...['Id', 'CreatedDate', 'LastModifiedDate', 'Subject', 'Description', 'Status', 'ActivityDate'],
  ...['CallDurationInSeconds', 'CallDisposition', 'CallObject', 'WhoId', 'WhatId', 'OwnerId'],
];

/**
 * The Tasks as they are now, by delivery: one request for a whole batch. One that is not there, or may not be seen,
 * is not among them.
 */
export async function readTasks(
  parts: Parts,
  known: readonly KnownTask[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Row>> {
  const found = new Map<string, Row>();
  const readBy = async (
    field: string,
    tasks: readonly KnownTask[],
    valueOf: (task: KnownTask) => string,
    plain: (value: string) => string,
  ): Promise<void> => {
    const byValue = new Map(tasks.map((task) => [plain(valueOf(task)), task]));
    for (const page of pagesOf(tasks.map(valueOf))) {
      for (const row of await rowsBy(parts, field, page, signal)) {
        const task = byValue.get(plain(row[field] as string));
        if (task !== undefined) found.set(task.landing.delivery.id, row);
      }
    }
  };
  await readBy(
    'Id',
    known.filter(({ taskId }) => taskId !== undefined),
    ({ taskId }) => taskId ?? '',
    plainText,
  );
  // Letter by letter: Salesforce may compare without regard to case, and ids of calls differ by it.
  await readBy(
    keyField,
    known.filter(({ taskId }) => taskId === undefined),
    ({ landing }) => taskKey(landing.delivery),
    (key) => key,
  );
  return found;
}

async function rowsBy(
  parts: Parts,
  field: string,
  values: readonly string[],
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const { client, config, mapped, unusable } = parts;
  const key = config.SALESFORCE_KEY === 'field' ? [keyField] : [];
  const names = [...new Set([...read, field, ...key, ...[...mapped].filter((name) => !unusable.has(name))])];
  try {
    return await client.query(
      `SELECT ${names.join(', ')} FROM Task WHERE ${field} IN (${values.map(quoted).join(', ')})`,
      signal,
    );
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    const asked = Object.fromEntries(names.map((name) => [name, '']));
    const gone = fieldsNamed(error.error, asked).filter((name) => mapped.has(name));
    if (gone.length === 0) throw error;
    // A field that was mapped and is no more: the others are read.
    leaveOut(parts, gone, error.error.code);
    return rowsBy(parts, field, values, signal);
  }
}
