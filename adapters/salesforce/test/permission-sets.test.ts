import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mapLead } from '../leads/make-leads.ts';
import { standardPhones } from '../people/search.ts';
import { ownTaskFields } from '../tasks/task-fields.ts';
import { configSchema } from '../config.ts';

const folder = join(import.meta.dirname, '..');

/** The fields of a permission set, each with whether the user can write it. */
function fieldsOf(file: string): ReadonlyMap<string, boolean> {
  const xml = readFileSync(join(folder, file), 'utf8');
  const blocks = xml.match(/<fieldPermissions>[\s\S]*?<\/fieldPermissions>/g) ?? [];
  const textOf = (block: string, name: string): string | undefined =>
    new RegExp(`<${name}>([^<]+)</${name}>`).exec(block)?.[1];
  return new Map(blocks.map((block) => [textOf(block, 'field') ?? '', textOf(block, 'editable') === 'true']));
}

/** Fields of a Task without field permissions: every user who sees a Task sees them. */
const withoutPermission = [
  ...['Id', 'OwnerId', 'Subject', 'Status', 'Priority', 'TaskSubtype'],
  ...['CallObject', 'CallType', 'CallDurationInSeconds', 'CallDisposition'],
];

describe('the permission set for calls', () => {
  const fields = fieldsOf('metadata/permissionsets/Jet_Call_Logging.permissionset-meta.xml');

  it('the permission set for calls lets the user read each searched phone field and the account of a contact', () => {
    const searched = Object.entries(standardPhones).flatMap(([object, names]) =>
      names.map((name) => `${object}.${name}`),
    );
    expect([...fields.keys()]).toEqual(expect.arrayContaining([...searched, 'Contact.AccountId']));
  });

  it('the permission set for calls lets the user write every task field that has a permission, and the key of events too', () => {
    const written = [...ownTaskFields].filter((name) => !withoutPermission.includes(name));
    for (const name of written) expect([name, fields.get(`Task.${name}`)]).toEqual([name, true]);
    expect(fields.get('Event.Jet_Call_Session_Id__c')).toBe(true);
  });

  it('the permission set for calls holds the rights of a user who works with tasks through the API', () => {
    const xml = readFileSync(
      join(folder, 'metadata/permissionsets/Jet_Call_Logging.permissionset-meta.xml'),
      'utf8',
    );
    const rights = [...xml.matchAll(/<userPermissions>\s*<enabled>true<\/enabled>\s*<name>(\w+)<\/name>/g)];
    expect(rights.map(([, name]) => name)).toEqual(['ActivitiesAccess', 'ApiEnabled', 'EditTask']);
  });

  it('the permission set for calls names no field without a permission, since such a set cannot be deployed', () => {
    const named = [...fields.keys()].filter((name) => name.startsWith('Task.'));
    expect(named.filter((name) => withoutPermission.includes(name.slice(5)))).toEqual([]);
  });
});

it('the permission set for leads lets the user write every lead field that has a permission', () => {
  const fields = fieldsOf('metadata-leads/permissionsets/Jet_Lead_Creation.permissionset-meta.xml');
  const config = configSchema.parse({
    SALESFORCE_LOGIN_URL: 'https://example.my.salesforce.com',
    SALESFORCE_CLIENT_ID: 'id',
    SALESFORCE_CLIENT_SECRET: 'not-a-secret',
    SALESFORCE_LEAD_SOURCE: 'Phone Inquiry',
  });
  // Every org requires both fields.
  const written = Object.keys(mapLead('+61491570006', config)).filter(
    (name) => name !== 'LastName' && name !== 'Company',
  );
  for (const name of written) expect([name, fields.get(`Lead.${name}`)]).toEqual([name, true]);
});
