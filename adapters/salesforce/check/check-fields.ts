import { type Finding } from '#contract';
import { mappableFieldKind } from '#crm';
import type { FieldDescription, ObjectDescription } from '../client.ts';
import type { Parts } from '../tasks/parts.ts';
import { keyField, leadKeyField } from '../tasks/task-fields.ts';

type Fields = ReadonlyMap<string, FieldDescription>;

/** Types of theirs that take a value of ours. */
const typesFor: Readonly<Record<string, readonly string[]>> = {
  text: ['string', 'textarea', 'picklist', 'combobox', 'multipicklist', 'phone', 'email', 'url'],
  number: ['int', 'double', 'currency', 'percent', 'long'],
  instant: ['datetime'],
  boolean: ['boolean'],
};
const wordFor: Readonly<Record<string, string>> = {
  text: 'Text',
  number: 'Number',
  instant: 'Date/Time',
  boolean: 'Checkbox',
};
const neededToCreate = [
  'Subject',
  'Status',
  'ActivityDate',
  'Description',
  'WhoId',
  'WhatId',
  'CallObject',
  'TaskSubtype',
];
const neededToUpdate = ['Status', 'CallDurationInSeconds', 'CallDisposition', 'WhoId', 'WhatId'];

/** Compares the fields that the adapter writes with what the org says of them. */
export async function checkFields(parts: Parts, signal: AbortSignal): Promise<readonly Finding[]> {
  const { client, config } = parts;
  const { fields: task } = await client.describe('Task', signal);
  const found = [...keyFindings(parts, task), ...ownFindings(task), ...mappedFindings(parts, task)];
  if (config.SALESFORCE_UNMATCHED === 'create')
    found.push(...leadFindings(await client.describe('Lead', signal)));
  if (config.SALESFORCE_OBJECTS.includes('Account') && !config.SALESFORCE_PERSON_ACCOUNTS)
    found.push(...accountFindings(await client.describe('Account', signal)));
  return found.length > 0
    ? found
    : [{ level: 'ok', message: 'The fields of a Task are as the kit needs them.' }];
}

function keyFindings({ config }: Parts, task: Fields): Finding[] {
  if (config.SALESFORCE_KEY === 'callobject') {
    const remedy =
      'Deploy adapters/salesforce/metadata (its README.md says how), and set SALESFORCE_KEY=field.';
    const message =
      'The org does not refuse a second Task of a call (SALESFORCE_KEY=callobject): the kit looks before it repeats.';
    return [{ level: 'warning', message, remedy }];
  }
  const deploy =
    'Deploy adapters/salesforce/metadata and assign the permission set Jet_Call_Logging (its README.md).';
  const key = task.get(keyField);
  if (key === undefined) {
    const message = `Task has no field ${keyField} that the integration user may see.`;
    return [{ level: 'fault', message, remedy: deploy }];
  }
  const faults: Finding[] = [];
  if (!key.externalId || !key.unique)
    faults.push({ level: 'fault', message: `${keyField} is not External ID and Unique.`, remedy: deploy });
  if (!key.caseSensitive)
    faults.push({
      level: 'warning',
      message: `${keyField} is not case sensitive: ids of calls that differ by case would be one call.`,
      remedy:
        'Mark the field as Unique, treating "ABC" and "abc" as different values; or deploy the metadata again.',
    });
  if (!key.createable)
    faults.push({
      level: 'fault',
      message: `The integration user may not write ${keyField}.`,
      remedy: deploy,
    });
  return faults;
}

function ownFindings(task: Fields): Finding[] {
  const faults: Finding[] = [];
  const shut = [
    ...neededToCreate.filter((name) => task.get(name)?.createable !== true),
    ...neededToUpdate.filter((name) => task.get(name)?.updateable !== true),
  ];
  if (shut.length > 0) {
    const message = `The integration user may not write these fields of Task: ${[...new Set(shut)].join(', ')}.`;
    const remedy =
      'Give it Edit Tasks and access to these fields (the permission set Jet_Call_Logging does).';
    faults.push({ level: 'fault', message, remedy });
  }
  const lacks = (name: string, values: readonly string[]): string[] => {
    const there = task.get(name)?.picklistValues ?? [];
    return values.filter((value) => !there.some((one) => one.value === value && one.active));
  };
  const types = lacks('CallType', ['Inbound', 'Outbound', 'Internal']);
  if (types.length > 0) {
    const remedy = 'Add them to the picklist Call Type of Task; until then calls land without a call type.';
    faults.push({ level: 'warning', message: `Call Type lacks ${types.join(', ')}.`, remedy });
  }
  if (lacks('TaskSubtype', ['Call']).length > 0) {
    const message = 'Task Subtype lacks Call: the org does not log calls.';
    faults.push({ level: 'fault', message, remedy: 'Ask Salesforce to enable activities of the kind Call.' });
  }
  return faults;
}

function mappedFindings({ config }: Parts, task: Fields): Finding[] {
  return config.SALESFORCE_FIELDS.flatMap(({ ours, theirs }): Finding[] => {
    const field = task.get(theirs);
    const remedy = `Make the field (on Activity), show it to the integration user, or take ${theirs} out of the file that SALESFORCE_FIELDS names.`;
    if (field === undefined || !field.createable || !field.updateable) {
      const message = `SALESFORCE_FIELDS maps ${ours} to ${theirs}, which the integration user may not write.`;
      return [{ level: 'fault', message, remedy }];
    }
    const kind = mappableFieldKind(ours);
    if (typesFor[kind]?.includes(field.type) !== true) {
      const message = `SALESFORCE_FIELDS maps ${ours} to ${theirs}, a ${field.type} field that does not take it.`;
      return [{ level: 'fault', message, remedy: `Map it to a field of the type ${wordFor[kind] ?? kind}.` }];
    }
    if (kind === 'text' && field.length > 0 && field.length < 255) {
      const message = `${theirs} holds ${field.length} characters: where ${ours} is longer, it is cut.`;
      return [
        {
          level: 'warning',
          message,
          remedy: `Make ${theirs} longer: a Text field holds 255 characters, a Long Text Area 131,072.`,
        },
      ];
    }
    return [];
  });
}

/** What is searched where the setting says yes and the org says no, the search itself tells. */
function accountFindings({ fields }: ObjectDescription): Finding[] {
  if (!fields.has('IsPersonAccount')) return [];
  const message = 'The org has person accounts: their calls go to the account, and not to the person.';
  return [{ level: 'warning', message, remedy: 'Set SALESFORCE_PERSON_ACCOUNTS=yes.' }];
}

function leadFindings({ createable, fields }: ObjectDescription): Finding[] {
  const key = fields.get(leadKeyField);
  const remedy =
    'Deploy adapters/salesforce/metadata-leads and assign the permission set Jet_Lead_Creation (its README.md), or set SALESFORCE_UNMATCHED=log.';
  if (key === undefined || !key.externalId || !key.unique || !key.createable) {
    const message = `Lead has no field ${leadKeyField} that is External ID, Unique and writable for the integration user.`;
    return [{ level: 'fault', message, remedy }];
  }
  if (createable) return [];
  return [{ level: 'fault', message: 'The integration user may not make leads.', remedy }];
}
