import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import type { Org } from './org.ts';
import { asLongId, type ObjectName, type OrgRecord } from './org-record.ts';
import type { StatementReader } from '../query/statement-reader.ts';

/** Whether the integration user sees a record. `othersTasks` decides for Tasks of other owners. */
export function maySee(org: Org, record: OrgRecord): boolean {
  return org.options.othersTasks !== 'hidden' || !isOthersTask(org, record);
}

export function mayEdit(org: Org, record: OrgRecord): boolean {
  return (org.options.othersTasks ?? 'editable') === 'editable' || !isOthersTask(org, record);
}

export function mayCreate({ options }: Org, object: ObjectName): boolean {
  return object !== 'Lead' || options.mayCreateLeads !== false;
}

function isOthersTask(org: Org, { object, values }: OrgRecord): boolean {
  return object === 'Task' && values.OwnerId !== org.integrationUserId;
}

/** Answers a query of UserRecordAccess for one user and one record. It starts after FROM. */
export function selectAccess(
  reader: StatementReader,
  org: Org,
  names: readonly string[],
): Record<string, JsonValue>[] {
  reader.expect('WHERE', 'UserId', '=');
  const userId = asLongId(reader.take('string').text);
  reader.expect('AND', 'RecordId', '=');
  const recordId = asLongId(reader.take('string').text);
  const rest = reader.take();
  if (rest.kind !== 'end') reader.refuse(rest);
  const record = org.find(recordId);
  const isThere = userId === org.integrationUserId && record?.state === 'there';
  const row: Readonly<Record<string, JsonValue>> = {
    RecordId: recordId,
    HasReadAccess: isThere && maySee(org, record),
    HasEditAccess: isThere && mayEdit(org, record),
  };
  return [Object.fromEntries(names.map((name) => [name, row[name] ?? null]))];
}
