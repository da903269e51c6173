import type { ExtraField, FieldChange, SalesforceStandInOptions } from '../options.ts';
import { objectNames, type ObjectName } from './org-record.ts';

/** The definition of a field. */
export interface FieldSchema {
  readonly name: string;
  readonly type: ExtraField['type'] | 'id' | 'reference' | 'email' | 'combobox';
  /** The length in characters. 0 for fields without a length. */
  readonly length: number;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly filterable: boolean;
  readonly externalId: boolean;
  readonly unique: boolean;
  readonly caseSensitive: boolean;
  /** A create without it is refused. */
  readonly required: boolean;
  /** The values of a picklist. */
  readonly values: readonly string[];
  /** Other values are refused. */
  readonly restricted: boolean;
  readonly referenceTo: readonly ObjectName[];
  readonly relationshipName: string | null;
}

export type ObjectSchemas = Readonly<Record<ObjectName, ReadonlyMap<string, FieldSchema>>>;

type Details = Partial<Omit<FieldSchema, 'name' | 'type'>>;

export const never: Details = { createable: false, updateable: false };

export function field(name: string, type: FieldSchema['type'], details: Details = {}): FieldSchema {
  return {
    name,
    type,
    length: 0,
    createable: true,
    updateable: true,
    filterable: true,
    externalId: false,
    unique: false,
    caseSensitive: false,
    required: false,
    values: [],
    restricted: false,
    referenceTo: [],
    relationshipName: null,
    ...details,
  };
}

const text = (name: string, length = 255, details: Details = {}): FieldSchema =>
  field(name, 'string', { length, ...details });
const phones = (...names: string[]): FieldSchema[] =>
  names.map((name) => field(name, 'phone', { length: 40 }));
const long = (name: string): FieldSchema => field(name, 'textarea', { length: 32_000, filterable: false });
const picklist = (name: string, values: readonly string[], details: Details = {}): FieldSchema =>
  field(name, 'picklist', { length: 255, values, ...details });
const link = (name: string, relationshipName: string, referenceTo: ObjectName[], details: Details = {}) =>
  field(name, 'reference', { length: 18, relationshipName, referenceTo, ...details });

const owner = link('OwnerId', 'Owner', ['User']);
const related: ObjectName[] = ['Account', 'Opportunity', 'Case', 'Campaign'];
const system: readonly FieldSchema[] = [
  field('Id', 'id', { length: 18, ...never }),
  field('IsDeleted', 'boolean', never),
  field('CreatedDate', 'datetime', never),
  link('CreatedById', 'CreatedBy', ['User'], never),
  field('LastModifiedDate', 'datetime', never),
  link('LastModifiedById', 'LastModifiedBy', ['User'], never),
  field('SystemModstamp', 'datetime', never),
];

const task = (statuses: readonly string[]): FieldSchema[] => [
  field('Subject', 'combobox', { length: 255 }),
  picklist('Status', statuses),
  picklist('Priority', ['High', 'Normal', 'Low']),
  picklist('TaskSubtype', ['Task', 'Email', 'ListEmail', 'Cadence', 'Call', 'LinkedIn'], {
    restricted: true,
    updateable: false,
  }),
  picklist('Type', ['Call', 'Email', 'Meeting', 'Other']),
  picklist('CallType', ['Internal', 'Inbound', 'Outbound'], { restricted: true, length: 40 }),
  field('CallDurationInSeconds', 'int', { length: 8 }),
  text('CallDisposition'),
  text('CallObject'),
  long('Description'),
  field('ActivityDate', 'date'),
  field('IsReminderSet', 'boolean'),
  field('ReminderDateTime', 'datetime'),
  owner,
  link('WhoId', 'Who', ['Contact', 'Lead']),
  link('WhatId', 'What', related),
  link('AccountId', 'Account', ['Account'], never),
  field('IsClosed', 'boolean', never),
  field('IsHighPriority', 'boolean', never),
  field('CompletedDateTime', 'datetime', never),
  text('Jet_Call_Session_Id__c', 255, { externalId: true, unique: true, caseSensitive: true }),
];

const person = [text('FirstName', 40), text('LastName', 80, { required: true }), text('Name', 121, never)];

const fieldsOf = (options: SalesforceStandInOptions): Record<ObjectName, FieldSchema[]> => ({
  Task: task((options.taskStatuses ?? newOrgStatuses).map(({ label }) => label)),
  Contact: [
    ...person,
    link('AccountId', 'Account', ['Account']),
    ...phones('Phone', 'MobilePhone', 'HomePhone', 'OtherPhone', 'AssistantPhone', 'Fax'),
    field('Email', 'email', { length: 80 }),
    text('Title', 128),
    owner,
    ...(options.personAccounts === true ? [field('IsPersonAccount', 'boolean', never)] : []),
  ],
  Lead: [
    ...person,
    text('Company', 255, { required: true }),
    ...phones('Phone', 'MobilePhone', 'Fax'),
    field('Email', 'email', { length: 80 }),
    text('Title', 128),
    picklist('Status', ['Open - Not Contacted', 'Working - Contacted', 'Closed - Not Converted']),
    picklist('LeadSource', ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other']),
    long('Description'),
    owner,
    field('IsConverted', 'boolean', never),
    link('ConvertedContactId', 'ConvertedContact', ['Contact'], never),
    link('ConvertedAccountId', 'ConvertedAccount', ['Account'], never),
    text('Jet_Caller_Number__c', 40, { externalId: true, unique: true }),
  ],
  Account: [
    text('Name', 255, { required: true }),
    ...phones('Phone', 'Fax'),
    owner,
    ...(options.personAccounts === true ? personAccount : []),
  ],
  User: [
    ...person,
    field('Email', 'email', { length: 80 }),
    text('Username', 80),
    text('Alias', 8),
    text('Extension', 40),
    ...phones('Phone', 'MobilePhone'),
    field('IsActive', 'boolean'),
    picklist('UserType', ['Standard', 'AutomatedProcess']),
  ],
  TaskStatus: [
    text('ApiName', 255, never),
    text('MasterLabel', 255, never),
    field('SortOrder', 'int', never),
    field('IsClosed', 'boolean', never),
    field('IsDefault', 'boolean', never),
  ],
  Opportunity: [text('Name', 120, { required: true }), link('AccountId', 'Account', ['Account']), owner],
  Case: [
    text('Subject'),
    link('ContactId', 'Contact', ['Contact']),
    link('AccountId', 'Account', ['Account']),
    owner,
  ],
  Campaign: [text('Name', 80, { required: true }), field('IsActive', 'boolean'), owner],
});

const personAccount: readonly FieldSchema[] = [
  text('FirstName', 40),
  text('LastName', 80),
  field('IsPersonAccount', 'boolean', never),
  link('PersonContactId', 'PersonContact', ['Contact'], never),
  ...phones('PersonMobilePhone', 'PersonHomePhone', 'PersonOtherPhone', 'PersonAssistantPhone'),
];

/** The statuses of a task in a new org. */
export const newOrgStatuses = [
  { label: 'Not Started', closed: false },
  { label: 'In Progress', closed: false },
  { label: 'Completed', closed: true },
  { label: 'Waiting on someone else', closed: false },
  { label: 'Deferred', closed: false },
];

/** Every object with its fields, changed as the options say. */
export function readSchemas(options: SalesforceStandInOptions): ObjectSchemas {
  const standard = fieldsOf(options);
  const schemas = objectNames.map((object) => {
    const extra = (options.extraFields ?? []).filter((one) => one.object === object).map(extraField);
    const fields = [...system, ...standard[object], ...extra]
      .filter(({ name }) => !(options.missingFields ?? []).some((missing) => missing === `${object}.${name}`))
      .map((one) => changed(one, options.fieldChanges?.[`${object}.${one.name}`]));
    return [object, new Map(fields.map((one) => [one.name, one]))] as const;
  });
  return Object.fromEntries(schemas) as unknown as ObjectSchemas;
}

function extraField({ name, type, length, values, required }: ExtraField): FieldSchema {
  return field(name, type, {
    length: length ?? (type === 'string' ? 255 : type === 'phone' ? 40 : type === 'textarea' ? 32_000 : 0),
    values: values ?? [],
    restricted: values !== undefined,
    required: required ?? false,
    filterable: type !== 'textarea',
  });
}

function changed(schema: FieldSchema, change: FieldChange | undefined): FieldSchema {
  return change === undefined
    ? schema
    : { ...schema, ...change, restricted: schema.restricted || change.values !== undefined };
}
