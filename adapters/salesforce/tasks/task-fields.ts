/** The unique field that holds the key of a Task. `metadata/` defines it. */
export const keyField = 'Jet_Call_Session_Id__c';

/** The unique field that holds the number of a Lead. `metadata-leads/` defines it. */
export const leadKeyField = 'Jet_Caller_Number__c';

/** Fields that the kit writes itself, and that no setting can map to. */
export const ownTaskFields: ReadonlySet<string> = new Set([
  'Id',
  keyField,
  'CallObject',
  'TaskSubtype',
  'Subject',
  'Status',
  'Priority',
  'CallType',
  'CallDurationInSeconds',
  'CallDisposition',
  'ActivityDate',
  'Description',
  'WhoId',
  'WhatId',
  'OwnerId',
]);

const ownInAnyCase: ReadonlySet<string> = new Set([...ownTaskFields].map((name) => name.toLowerCase()));

/** True for a field that the kit writes itself. Salesforce ignores case in field names. */
export function isOwnTaskField(name: string): boolean {
  return ownInAnyCase.has(name.toLowerCase());
}

/** The fields that link a Task. */
export const links = ['WhoId', 'WhatId'];

/** Fields that are written when a Task is created, and never again. */
export const fixedFields: ReadonlySet<string> = new Set([
  keyField,
  'CallObject',
  'TaskSubtype',
  'Priority',
  'CallType',
]);
