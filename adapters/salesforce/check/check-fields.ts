import { type Finding } from '#contract';
import { mappableFieldKind } from '#crm';
import type { FieldDescription, ObjectDescription } from '../client.ts';
import type { Parts } from '../tasks/parts.ts';
import { keyField, leadKeyField } from '../tasks/task-fields.ts';

type Fields = ReadonlyMap<string, FieldDescription>;

/** The Salesforce field types that accept each kind of value. */
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

/** Compares the fields that the adapter writes with the org's description of them. */
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
    : [{ level: 'ok', message: 'The integration user can write all fields of a Task that the kit needs.' }];
}

function keyFindings({ config }: Parts, task: Fields): Finding[] {
  if (config.SALESFORCE_KEY === 'callobject') {
    const remedy =
      'Deploy adapters/salesforce/metadata (adapters/salesforce/README.md says how), and set SALESFORCE_KEY=field.';
    const message =
      'SALESFORCE_KEY=callobject: the org does not refuse a second Task for a call, so the kit looks for the first one before it repeats a request.';
    return [{ level: 'warning', message, remedy }];
  }
  const deploy =
    'Deploy adapters/salesforce/metadata and assign the permission set Jet_Call_Logging (adapters/salesforce/README.md).';
  const key = task.get(keyField);
  if (key === undefined) {
    const message = `Task has no field ${keyField} that the integration user can see.`;
    return [{ level: 'fault', message, remedy: deploy }];
  }
  const faults: Finding[] = [];
  if (!key.externalId || !key.unique)
    faults.push({
      level: 'fault',
      message: `${keyField} must be an External ID and Unique, and is not.`,
      remedy: deploy,
    });
  if (!key.caseSensitive)
    faults.push({
      level: 'warning',
      message: `${keyField} is not case sensitive, so two calls whose ids differ only in case would share one Task.`,
      remedy:
        'Deploy the metadata again, or set the field to Unique with "ABC" and "abc" as different values.',
    });
  if (!key.createable)
    faults.push({
      level: 'fault',
      message: `The integration user cannot write ${keyField}.`,
      remedy: deploy,
    });
  return faults;
}

function ownFindings(task: Fields): Finding[] {
  const faults: Finding[] = [];
  const unwritable = [
    ...neededToCreate.filter((name) => task.get(name)?.createable !== true),
    ...neededToUpdate.filter((name) => task.get(name)?.updateable !== true),
  ];
  if (unwritable.length > 0) {
    const message = `The integration user cannot write these fields of Task: ${[...new Set(unwritable)].join(', ')}.`;
    const remedy =
      'Give the user Edit Tasks and access to these fields. The permission set Jet_Call_Logging does that.';
    faults.push({ level: 'fault', message, remedy });
  }
  const lacks = (name: string, values: readonly string[]): string[] => {
    const options = task.get(name)?.picklistValues ?? [];
    return values.filter((value) => !options.some((one) => one.value === value && one.active));
  };
  const types = lacks('CallType', ['Inbound', 'Outbound', 'Internal']);
  if (types.length > 0) {
    const remedy =
      'Add these values to the picklist Call Type of Task. Until then such calls land without a call type.';
    faults.push({ level: 'warning', message: `Call Type lacks ${types.join(', ')}.`, remedy });
  }
  if (lacks('TaskSubtype', ['Call']).length > 0) {
    const message = 'Task Subtype lacks Call, so the org cannot log calls.';
    faults.push({ level: 'fault', message, remedy: 'Ask Salesforce to enable activities of the kind Call.' });
  }
  return faults;
}

function mappedFindings({ config }: Parts, task: Fields): Finding[] {
  return config.SALESFORCE_FIELDS.flatMap(({ ours, theirs }): Finding[] => {
    const field = task.get(theirs);
    const remedy = `Create the field on Activity, give the integration user access to it, or remove ${theirs} from the file that SALESFORCE_FIELDS names.`;
    if (field === undefined || !field.createable || !field.updateable) {
      const message = `SALESFORCE_FIELDS maps ${ours} to ${theirs}, which the integration user cannot write.`;
      return [{ level: 'fault', message, remedy }];
    }
    const kind = mappableFieldKind(ours);
    if (typesFor[kind]?.includes(field.type) !== true) {
      const message = `SALESFORCE_FIELDS maps ${ours} to ${theirs}, a ${field.type} field, which does not accept its values.`;
      return [
        { level: 'fault', message, remedy: `Map ${ours} to a field of the type ${wordFor[kind] ?? kind}.` },
      ];
    }
    if (kind === 'text' && field.length > 0 && field.length < 255) {
      const message = `${theirs} holds ${field.length} characters, so a longer ${ours} is cut.`;
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

/** Only a missing setting is found here. If the setting is yes but the org has no person accounts, the search fails. */
function accountFindings({ fields }: ObjectDescription): Finding[] {
  if (!fields.has('IsPersonAccount')) return [];
  const message = 'The org has person accounts, but their calls go to the account instead of the person.';
  return [{ level: 'warning', message, remedy: 'Set SALESFORCE_PERSON_ACCOUNTS=yes.' }];
}

function leadFindings({ createable, fields }: ObjectDescription): Finding[] {
  const key = fields.get(leadKeyField);
  const remedy =
    'Deploy adapters/salesforce/metadata-leads and assign the permission set Jet_Lead_Creation (adapters/salesforce/README.md), or set SALESFORCE_UNMATCHED=log.';
  if (key === undefined || !key.externalId || !key.unique || !key.createable) {
    const message = `Lead has no field ${leadKeyField} that is an External ID, Unique and writable for the integration user.`;
    return [{ level: 'fault', message, remedy }];
  }
  if (createable) return [];
  return [{ level: 'fault', message: 'The integration user cannot create leads.', remedy }];
}
