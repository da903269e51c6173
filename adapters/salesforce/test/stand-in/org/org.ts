import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import { derivedOnSave } from './derived-fields.ts';
import { newOrgStatuses, readSchemas, type ObjectSchemas } from './object-schemas.ts';
import type { SalesforceStandInOptions } from '../options.ts';
import { asLongId, makeId, type Fields, type ObjectName, type OrgRecord } from './org-record.ts';
import { phoneTerms } from './phone-index.ts';

/** The records of the stand-in and the rules of its administrator. It knows nothing about HTTP. */
export interface Org {
  readonly options: SalesforceStandInOptions;
  readonly schemas: ObjectSchemas;
  readonly clock: () => number;
  readonly integrationUserId: string;
  /** The person who works in the org without the API. */
  readonly personUserId: string;
  readonly validationRules: { object: ObjectName; message: string; refuses: (record: Fields) => boolean }[];
  readonly duplicateRules: { object: ObjectName; matches: (record: Fields) => readonly string[] }[];
  /** The 18-character ids of records that another writer has locked. */
  readonly locked: Set<string>;
  /** Finds a record by an id of 15 or 18 characters, even if it is deleted. */
  find(id: string): OrgRecord | undefined;
  /** The records that are not deleted, in the order of creation. */
  all(object: ObjectName): readonly OrgRecord[];
  insert(object: ObjectName, values: Fields, by: Author): OrgRecord;
  change(record: OrgRecord, values: Fields, by: Author): void;
  /** Saves the present state. Returns a function that restores it. */
  savepoint(): () => void;
}

export interface Author {
  readonly userId: string;
  /** A search finds the record after this time. Milliseconds. */
  readonly indexedAfterMs: number;
}

/** Formats an instant as the API does. */
export function asApiTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '+0000');
}

export function createOrg(options: SalesforceStandInOptions): Org {
  const clock = options.clock ?? Date.now;
  const schemas = readSchemas(options);
  let kept = { byId: new Map<string, OrgRecord>(), byObject: new Map<ObjectName, OrgRecord[]>() };
  let serial = 0;

  const find = (id: string): OrgRecord | undefined => {
    const record = kept.byId.get(asLongId(id));
    return record?.state === 'purged' ? undefined : record;
  };

  const save = (record: OrgRecord, values: Fields, by: Author): void => {
    const nowMs = clock();
    const now = asApiTime(nowMs);
    record.values = {
      ...record.values,
      LastModifiedDate: now,
      LastModifiedById: by.userId,
      SystemModstamp: now,
      ...withoutUndefined(values),
    };
    Object.assign(record.values, derivedOnSave(org, record, now));
    const phones = [...schemas[record.object].values()]
      .filter(({ type }) => type === 'phone')
      .flatMap(({ name }) => phoneTerms(textOf(record.values[name])));
    record.indexed = [
      ...record.indexed.filter(({ atMs }) => atMs <= nowMs).slice(-1),
      ...record.indexed.filter(({ atMs }) => atMs > nowMs),
      { atMs: nowMs + by.indexedAfterMs, phones },
    ];
  };

  const org: Org = {
    options,
    schemas,
    clock,
    validationRules: [],
    duplicateRules: [],
    locked: new Set(),
    integrationUserId: makeId('User', 1),
    personUserId: makeId('User', 2),
    find,
    all: (object) => (kept.byObject.get(object) ?? []).filter(({ state }) => state === 'there'),
    insert(object, values, by) {
      serial += 1;
      const record: OrgRecord = {
        object,
        id: makeId(object, serial),
        state: 'there',
        values: { ...emptyRecord(schemas, object) },
        indexed: [],
      };
      Object.assign(record.values, {
        Id: record.id,
        IsDeleted: false,
        CreatedDate: asApiTime(clock()),
        CreatedById: by.userId,
      });
      kept.byId.set(record.id, record);
      kept.byObject.set(object, kept.byObject.get(object) ?? []);
      kept.byObject.get(object)?.push(record);
      save(record, values, by);
      return record;
    },
    change: save,
    savepoint() {
      const before = structuredClone(kept);
      return () => {
        kept = before;
      };
    },
  };
  addUsers(org);
  addStatuses(org);
  return org;
}

function addUsers(org: Org): void {
  const users = [
    { FirstName: 'Call', LastName: 'Integration', Username: 'integration@example.com', Alias: 'jet' },
    { FirstName: 'Pat', LastName: 'Person', Username: 'pat@example.com', Alias: 'pat' },
  ];
  for (const user of users) {
    org.insert(
      'User',
      { ...user, Email: user.Username, IsActive: true, UserType: 'Standard' },
      { userId: org.integrationUserId, indexedAfterMs: 0 },
    );
  }
}

function addStatuses(org: Org): void {
  (org.options.taskStatuses ?? newOrgStatuses).forEach(({ label, closed }, index) =>
    org.insert(
      'TaskStatus',
      { ApiName: label, MasterLabel: label, SortOrder: index + 1, IsClosed: closed, IsDefault: index === 0 },
      { userId: org.integrationUserId, indexedAfterMs: 0 },
    ),
  );
}

/** All fields without values: false for a checkbox, null for the others. */
function emptyRecord(schemas: ObjectSchemas, object: ObjectName): Record<string, JsonValue> {
  const empty = [...schemas[object].values()].map(({ name, type }) => [
    name,
    type === 'boolean' ? false : null,
  ]);
  return Object.fromEntries(empty) as Record<string, JsonValue>;
}

export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function withoutUndefined(values: Fields): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<
    string,
    JsonValue
  >;
}
