/** The field that makes a Task of a call unique, shipped in `metadata/`. */
export const keyField = 'Jet_Call_Session_Id__c';

/** The field that makes a Lead of a caller unique, shipped in `metadata-leads/`. */
export const leadKeyField = 'Jet_Caller_Number__c';

/** What the adapter fills by itself: nothing of a call can be mapped there. */
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

/** Salesforce knows a field by its name in any case. */
export function isOwnTaskField(name: string): boolean {
  return ownInAnyCase.has(name.toLowerCase());
}

/** The fields that link a Task. */
export const links = ['WhoId', 'WhatId'];

/** What a Task is made with, and never changed. */
export const fixedFields: ReadonlySet<string> = new Set([
  keyField,
  'CallObject',
  'TaskSubtype',
  'Priority',
  'CallType',
]);
