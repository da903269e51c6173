import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import type { Org } from './org.ts';
import type { OrgRecord } from './org-record.ts';

/** The values that the org computes when a record is saved: defaults, names, and fields derived from others. */
export function derivedOnSave(org: Org, record: OrgRecord, now: string): Record<string, JsonValue> {
  const { object, values } = record;
  const owned = org.schemas[object].has('OwnerId')
    ? { OwnerId: values.OwnerId ?? org.integrationUserId }
    : {};
  switch (object) {
    case 'Task':
      return { ...owned, ...derivedOfTask(org, record, now) };
    case 'Lead':
      return { ...owned, Name: fullName(values), Status: values.Status ?? 'Open - Not Contacted' };
    case 'Contact':
    case 'User':
      return { ...owned, Name: fullName(values) };
    case 'Account':
      return { ...owned, ...(values.IsPersonAccount === true ? { Name: fullName(values) } : {}) };
    default:
      return owned;
  }
}

function derivedOfTask(org: Org, { values }: OrgRecord, now: string): Record<string, JsonValue> {
  const statuses = org.all('TaskStatus').map((status) => status.values);
  const status = values.Status ?? statuses[0]?.ApiName ?? null;
  const closed = statuses.some(({ ApiName, IsClosed }) => ApiName === status && IsClosed === true);
  const priority = values.Priority ?? 'Normal';
  return {
    Status: status,
    Priority: priority,
    TaskSubtype: values.TaskSubtype ?? 'Task',
    AccountId: accountOf(org, values.WhoId) ?? accountOf(org, values.WhatId) ?? null,
    IsClosed: closed,
    IsHighPriority: priority === 'High',
    CompletedDateTime: closed ? (values.CompletedDateTime ?? now) : null,
  };
}

function accountOf(org: Org, id: JsonValue | undefined): JsonValue | undefined {
  const record = typeof id === 'string' ? org.find(id) : undefined;
  return record?.object === 'Account' ? record.id : (record?.values.AccountId ?? undefined);
}

function fullName({ FirstName, LastName }: Record<string, JsonValue>): string {
  return [FirstName, LastName].filter((part) => typeof part === 'string').join(' ');
}
