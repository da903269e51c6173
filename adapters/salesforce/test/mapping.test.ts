import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configSchema, type SalesforceConfig } from '../config.ts';
import { mapTask, taskKey } from '../mapping.ts';
import { candidateOf, phoneSearch, searchSize } from '../people/search.ts';
import { keyField, leadKeyField } from '../tasks/task-fields.ts';
import { plainText } from '../tasks/plain-text.ts';
import { numberForms } from '../../../src/crm/number-forms.ts';
import { root } from '../../../test/house/source-files.ts';
import { annsNumber, callFrom, numbers } from './org-under-test.ts';

const needed = {
  SALESFORCE_LOGIN_URL: 'https://example.my.salesforce.com',
  SALESFORCE_CLIENT_ID: 'id',
  SALESFORCE_CLIENT_SECRET: 'secret',
};
const settings = (given: Record<string, string> = {}): SalesforceConfig =>
  configSchema.parse({ ...needed, ...given });
const faults = (given: Record<string, string | undefined>): string[] =>
  (configSchema.safeParse({ ...needed, ...given }).error?.issues ?? []).map(
    ({ path, message }) => `${String(path[0])} ${message}`,
  );

describe('a task', () => {
  it("a task is due on the business's day, not the UTC day", () => {
    const call = callFrom(annsNumber).call;
    const started_at_local = { ...call.started_at_local, date: '2026-11-23' };
    expect(mapTask(callFrom(annsNumber, { started_at_local }), settings())).toMatchObject({
      ActivityDate: '2026-11-23',
    });
  });

  it('the text of a task is never longer than Salesforce accepts, and never cut within a character', () => {
    const long = '😀'.repeat(20_000);
    const given = { service_name: long, keywords: long, campaign: long, duration_seconds: 2_000_000_000 };
    const task = mapTask(callFrom(annsNumber, given), settings());
    expect(String(task['Subject']).length).toBeLessThanOrEqual(255);
    expect(String(task['Description']).length).toBeLessThanOrEqual(32_000);
    expect(String(task['Subject']).isWellFormed()).toBe(true);
    expect(task['CallDurationInSeconds']).toBe(99_999_999);
  });

  it('a task holds no field without a value', () => {
    const task = mapTask(callFrom(undefined, { duration_seconds: undefined }), settings());
    expect('CallDurationInSeconds' in task).toBe(false);
    expect(Object.values(task)).not.toContain('');
  });

  it.each([
    ['inbound', annsNumber, 'Inbound'],
    ['outbound', annsNumber, 'Outbound'],
    ['inbound', undefined, 'Internal'],
  ] as const)('the task of a call that is %s from %s has its call type', (direction, number, type) => {
    const given = { direction, ...(number === undefined && { origin_number: '211' }) };
    expect(mapTask(callFrom(number, given), settings())).toMatchObject({ CallType: type });
  });

  it.each(['answered', 'missed', 'abandoned', 'busy', 'failed'] as const)(
    'the task shows the result of a call that is %s',
    (status) => {
      const task = mapTask(callFrom(annsNumber, { status }), settings());
      expect(task).toMatchObject({ Status: 'Completed', Subject: expect.stringContaining(status) as string });
      expect(String(task['CallDisposition']).toLowerCase()).toBe(status);
    },
  );

  it("a task has the call's own id as its key, or the idempotency key if the id has unusual characters", () => {
    expect(taskKey(callFrom(annsNumber, {}, 'C-7.a@jet'))).toBe('C-7.a@jet');
    expect(taskKey(callFrom(annsNumber, {}, 'a b'))).toBe('jet-of-a b');
  });
});

describe('a search', () => {
  const config = settings({ SALESFORCE_PHONE_FIELDS: 'Contact.Direct__c' });

  it('a search for the most numbers has less than 4,000 characters of terms', () => {
    const mobiles = numbers(60).flatMap((number) => numberForms(number) ?? []);
    expect(searchSize(mobiles)).toBe(50);
    const lines = Array.from({ length: 60 }, (_, index) => `+612937440${String(index).padStart(2, '0')}`);
    const local = (text: string) => `+612${text}`;
    const locals = lines.flatMap((number) => numberForms(number, local) ?? []);
    const forms = [mobiles, locals].map((some) => some.slice(0, searchSize(some)));
    for (const some of forms) {
      const sosl = phoneSearch(some, config);
      expect(sosl.indexOf('}')).toBeLessThan(4_000);
      expect(encodeURIComponent(sosl).length).toBeLessThan(12_000);
    }
  });

  it('a search contains only digits that the adapter computed and no text from outside', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        fc.pre(!/^\d{4,18}$/.test(text));
        const forms = { e164: text, full: text, national: text, significant: text };
        expect(() => phoneSearch([forms], config)).toThrow('not digits only');
      }),
    );
  });

  it('a search returns the numbers of all phone fields except the fax', () => {
    const row = {
      attributes: { type: 'Contact' },
      Id: '003',
      Phone: '1',
      Direct__c: '2',
      Fax: '3',
      LastModifiedDate: '2026-11-22T01:00:00.000+0000',
    };
    expect(candidateOf(row, config)).toMatchObject({
      numbers: ['1', '2'],
      modifiedAtMs: Date.UTC(2026, 10, 22, 1),
    });
  });
});

describe('a value that Salesforce returns', () => {
  it.each([
    ['a\nb', ' a\r\nb '],
    ['2026-11-22T01:00:00.000Z', '2026-11-22T01:00:00.000+0000'],
    ['005000000000001', '005000000000001AAA'],
    [192, '192'],
    ['', null],
  ])('the value %j counts as equal to the returned %j', (sent, back) => {
    expect(plainText(sent)).toBe(plainText(back));
  });
});

describe('the settings', () => {
  const file = (map: unknown): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'jet-fields-')), 'fields.json');
    writeFileSync(path, JSON.stringify(map));
    return path;
  };
  it.each<[Record<string, string | undefined>, string]>([
    [{ SALESFORCE_LOGIN_URL: 'https://login.salesforce.com' }, 'SALESFORCE_LOGIN_URL must be the org'],
    [
      { SALESFORCE_LOGIN_URL: 'http://example.my.salesforce.com' },
      'SALESFORCE_LOGIN_URL must begin with https',
    ],
    [
      { SALESFORCE_LOGIN_URL: 'https://a.lightning.force.com' },
      'SALESFORCE_LOGIN_URL must end in .my.salesforce.com',
    ],
    [{ SALESFORCE_CLIENT_SECRET: undefined }, 'SALESFORCE_CLIENT_SECRET is required'],
    [{ SALESFORCE_USERNAME: 'a@b' }, 'SALESFORCE_PRIVATE_KEY is required with'],
    [
      { SALESFORCE_USERNAME: 'a@b', SALESFORCE_PRIVATE_KEY: 'x' },
      'SALESFORCE_PRIVATE_KEY must be a private key',
    ],
    [{ SALESFORCE_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----' }, 'SALESFORCE_USERNAME is required with'],
    [{ SALESFORCE_OBJECTS: 'Contact,Opportunity' }, 'SALESFORCE_OBJECTS must be a list of'],
    [{ SALESFORCE_PHONE_FIELDS: 'Case.Phone' }, 'SALESFORCE_PHONE_FIELDS must be a list such as'],
    [
      { SALESFORCE_PHONE_FIELDS: 'Lead.Direct__c', SALESFORCE_OBJECTS: 'Contact' },
      'SALESFORCE_PHONE_FIELDS names Lead, which SALESFORCE_OBJECTS lacks',
    ],
    [{ SALESFORCE_OWNERS: '204' }, 'SALESFORCE_OWNERS must be a list such as'],
    [{ SALESFORCE_CREATE_STATUSES: 'rang' }, 'SALESFORCE_CREATE_STATUSES must be a list of'],
    [{ SALESFORCE_CREATE_AFTER: 'soon' }, 'SALESFORCE_CREATE_AFTER must be a duration'],
    [
      { SALESFORCE_FIELDS: file({ gclid: 'WhoId' }) },
      'SALESFORCE_FIELDS maps a field to a Task field that the kit writes itself',
    ],
    [
      { SALESFORCE_FIELDS: file({ gclid: 'whoid' }) },
      'SALESFORCE_FIELDS maps a field to a Task field that the kit writes itself',
    ],
  ])('the settings %o are refused with the name of the setting', (given, expected) => {
    expect(faults(given)).toEqual([expect.stringContaining(expected)]);
  });
});

describe('the metadata to deploy', () => {
  const read = (path: string): string => readFileSync(join(root, 'adapters/salesforce', path), 'utf8');

  it.each([
    [`metadata/objects/Activity/fields/${keyField}.field-meta.xml`, keyField],
    [`metadata-leads/objects/Lead/fields/${leadKeyField}.field-meta.xml`, leadKeyField],
  ])('the file %s makes the field unique and an external id', (path, field) => {
    const xml = read(path);
    for (const line of [
      `<fullName>${field}</fullName>`,
      '<externalId>true</externalId>',
      '<unique>true</unique>',
    ])
      expect(xml).toContain(line);
  });

  it('the permission set names the key field of tasks and events, since deploying one removes the other', () => {
    const xml = read('metadata/permissionsets/Jet_Call_Logging.permissionset-meta.xml');
    for (const object of ['Task', 'Event']) expect(xml).toContain(`<field>${object}.${keyField}</field>`);
  });
});
