import { z } from '#contract';
import {
  createStatusesSetting,
  durationSetting,
  fieldMapSetting,
  ownersSetting,
  refuseSetting,
  severalSetting,
  unmatchedSetting,
} from '#crm';
import { isOwnTaskField } from './tasks/task-fields.ts';

/** The kinds of record that a call can belong to. */
const personObjects = ['Contact', 'Lead', 'Account'] as const;

export type PersonObject = (typeof personObjects)[number];

/** Additional phone fields, by the kind of record that has them. */
export type PhoneFields = ReadonlyMap<PersonObject, readonly string[]>;

/** The adapter's settings. */
export const configSchema = z
  .object({
    SALESFORCE_LOGIN_URL: z
      .url("must be the org's address, such as https://example.my.salesforce.com")
      .transform(loginOrigin),
    SALESFORCE_CLIENT_ID: z.string(),
    SALESFORCE_CLIENT_SECRET: z.string().optional(),
    SALESFORCE_USERNAME: z.string().optional(),
    SALESFORCE_PRIVATE_KEY: z
      .string()
      .regex(/^-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'must be a private key in PEM form')
      .optional(),
    SALESFORCE_LOG: z.enum(['end', 'live'], 'must be end or live').default('end'),
    SALESFORCE_KEY: z.enum(['field', 'callobject'], 'must be field or callobject').default('field'),
    SALESFORCE_STATUS_OPEN: z.string().default('In Progress'),
    SALESFORCE_STATUS_CLOSED: z.string().default('Completed'),
    SALESFORCE_FIELDS: fieldMapSetting().refine(
      (mappings) => mappings.every(({ theirs }) => !isOwnTaskField(theirs)),
      'maps a field to a Task field that the kit writes itself',
    ),
    SALESFORCE_OBJECTS: z
      .string()
      .transform(objectList)
      .default([...personObjects]),
    SALESFORCE_PHONE_FIELDS: z.string().transform(phoneFields).default(new Map()),
    SALESFORCE_PERSON_ACCOUNTS: z
      .enum(['no', 'yes'], 'must be yes or no')
      .transform((word) => word === 'yes')
      .default(false),
    SALESFORCE_SEVERAL: severalSetting(),
    SALESFORCE_UNMATCHED: unmatchedSetting(),
    SALESFORCE_CREATE_STATUSES: createStatusesSetting(),
    SALESFORCE_CREATE_AFTER: durationSetting().default(0),
    SALESFORCE_LEAD_COMPANY: z
      .string()
      .max(255, 'must have at most 255 characters')
      .default('Unknown caller'),
    SALESFORCE_LEAD_SOURCE: z.string().max(255, 'must have at most 255 characters').optional(),
    SALESFORCE_OWNERS: ownersSetting(),
  })
  .superRefine((settings, context) => {
    const { SALESFORCE_CLIENT_SECRET: secret, SALESFORCE_USERNAME: user } = settings;
    const key = settings.SALESFORCE_PRIVATE_KEY;
    const fault = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    if ((user === undefined) !== (key === undefined)) {
      if (user === undefined) fault('SALESFORCE_USERNAME', 'is required with SALESFORCE_PRIVATE_KEY_FILE');
      else fault('SALESFORCE_PRIVATE_KEY', 'is required with SALESFORCE_USERNAME');
    } else if (secret === undefined && key === undefined) {
      fault(
        'SALESFORCE_CLIENT_SECRET',
        'is required, unless SALESFORCE_USERNAME and SALESFORCE_PRIVATE_KEY_FILE are set',
      );
    }
    for (const object of settings.SALESFORCE_PHONE_FIELDS.keys()) {
      if (!settings.SALESFORCE_OBJECTS.includes(object))
        fault('SALESFORCE_PHONE_FIELDS', `names ${object}, which SALESFORCE_OBJECTS lacks`);
    }
    const shared = ['login.salesforce.com', 'test.salesforce.com'];
    if (key === undefined && shared.includes(new URL(settings.SALESFORCE_LOGIN_URL).hostname))
      fault(
        'SALESFORCE_LOGIN_URL',
        "must be the org's own address (My Domain), not the login page that all orgs share",
      );
  });

export type SalesforceConfig = Readonly<z.output<typeof configSchema>>;

type Context = z.RefinementCtx<string>;

function loginOrigin(text: string, context: Context): string {
  const url = new URL(text);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))
    return refuseSetting(context, 'must begin with https://, since the secret passes through it');
  if (url.hostname.endsWith('.lightning.force.com'))
    return refuseSetting(context, 'must end in .my.salesforce.com, not in .lightning.force.com');
  return url.origin;
}

function objectList(text: string, context: Context): PersonObject[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const known = names.filter((name) => isPersonObject(name));
  return known.length === names.length
    ? known
    : refuseSetting(context, `must be a list of ${personObjects.join(', ')}, the preferred one first`);
}

function phoneFields(text: string, context: Context): PhoneFields {
  const byObject = new Map<PersonObject, string[]>();
  for (const part of text.split(',').filter((entry) => entry.trim() !== '')) {
    const [, object = '', field] = /^\s*([A-Za-z]+)\.([A-Za-z]\w*)\s*$/.exec(part) ?? [];
    if (!isPersonObject(object) || field === undefined)
      return refuseSetting(context, 'must be a list such as Contact.Direct_Line__c,Account.Second_Phone__c');
    byObject.set(object, [...(byObject.get(object) ?? []), field]);
  }
  return byObject;
}

function isPersonObject(name: string): name is PersonObject {
  return (personObjects as readonly string[]).includes(name);
}
