import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/contract/adapter.ts';
import type { SalesforceStandInOptions } from './stand-in/salesforce-stand-in.ts';
import { again, annsNumber, callFrom, fieldMap, next, openOrg, type OrgUnderTest } from './org-under-test.ts';

const runCheck = ({ adapter }: OrgUnderTest): Promise<readonly Finding[]> =>
  adapter().check(new AbortController().signal);
const key = 'Task.Jet_Call_Session_Id__c';

describe('the check of an org', () => {
  it('check finds nothing wrong in a correct org, in four requests', async () => {
    const under = await openOrg();
    const findings = await runCheck(under);
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(under.org.log.billableByKind()).toEqual({ describe: 2, query: 1, search: 1 });
    expect(under.tasks()).toEqual([]);
  });

  it.each<
    [
      what: string,
      settings: Record<string, string>,
      SalesforceStandInOptions,
      level: string,
      expected: RegExp,
    ]
  >([
    ['no key field', {}, { missingFields: [key] }, 'fault', /metadata/],
    ['a key field that is not unique', {}, { fieldChanges: { [key]: { unique: false } } }, 'fault', /Unique/],
    [
      'a key field without External ID',
      {},
      { fieldChanges: { [key]: { externalId: false } } },
      'fault',
      /External/,
    ],
    [
      'a key field that ignores case',
      {},
      { fieldChanges: { [key]: { caseSensitive: false } } },
      'warning',
      /case/,
    ],
    [
      'a key field that the user cannot write',
      {},
      { fieldChanges: { [key]: { createable: false } } },
      'fault',
      /write/,
    ],
    [
      'the setting without a key field',
      { SALESFORCE_KEY: 'callobject' },
      { missingFields: [key] },
      'warning',
      /look/,
    ],
    [
      'a subject that the user cannot write',
      {},
      { fieldChanges: { 'Task.Subject': { createable: false } } },
      'fault',
      /Subject/,
    ],
    [
      'a missing call type',
      {},
      { fieldChanges: { 'Task.CallType': { values: ['Inbound'] } } },
      'warning',
      /Outbound/,
    ],
    [
      'no subtype for calls',
      {},
      { fieldChanges: { 'Task.TaskSubtype': { values: ['Task'] } } },
      'fault',
      /Subtype/,
    ],
    [
      'a closed status with another name',
      {},
      {
        taskStatuses: [
          { label: 'Offen', closed: false },
          { label: 'Erledigt', closed: true },
        ],
      },
      'fault',
      /Erledigt/,
    ],
    [
      'an open status with another name',
      { SALESFORCE_LOG: 'live', SALESFORCE_STATUS_OPEN: 'Begun' },
      {},
      'fault',
      /Begun/,
    ],
    ['a missing phone field', { SALESFORCE_PHONE_FIELDS: 'Contact.Direct__c' }, {}, 'fault', /phone fields/],
    [
      'a setting for person accounts in an org without them',
      { SALESFORCE_PERSON_ACCOUNTS: 'yes' },
      {},
      'fault',
      /PERSON_ACCOUNTS/,
    ],
    [
      'no unique field on Lead',
      { SALESFORCE_UNMATCHED: 'create' },
      { missingFields: ['Lead.Jet_Caller_Number__c'] },
      'fault',
      /metadata-leads/,
    ],
    [
      'an owner whose email no user has',
      { SALESFORCE_OWNERS: '204=nobody@example.com' },
      {},
      'warning',
      /nobody@example.com/,
    ],
    [
      'an owner whose id no user has',
      { SALESFORCE_OWNERS: '204=005000000000999AAA' },
      {},
      'warning',
      /005000000000999AAA/,
    ],
    [
      'no right to create leads',
      { SALESFORCE_UNMATCHED: 'create' },
      { mayCreateLeads: false },
      'fault',
      /Jet_Lead_Creation/,
    ],
    [
      'person accounts that the settings do not mention',
      {},
      { personAccounts: true },
      'warning',
      /PERSON_ACCOUNTS=yes/,
    ],
    ['few requests left', {}, { dailyLimit: 1000, usedAtStart: 900 }, 'warning', /90 %/],
  ])('check finds %s, with a remedy', async (_what, settings, options, level, expected) => {
    const findings = await runCheck(await openOrg(settings, options));
    const wrong = findings.filter((finding) => finding.level !== 'ok');
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toMatchObject({ level, remedy: expect.any(String) as string });
    expect(`${wrong[0]?.message} ${wrong[0]?.remedy}`).toMatch(expected);
  });

  it.each([
    [{ gclid: 'Gone__c' }, 'fault', /Gone__c/],
    [{ duration_seconds: 'Text__c' }, 'fault', /Number/],
    [{ started_at: 'Text__c' }, 'fault', /Date\/Time/],
    [{ gclid: 'Text__c' }, 'warning', /255/],
  ])('check compares the field map %o with the org', async (map, level, expected) => {
    const findings = await runCheck(
      await openOrg(
        { SALESFORCE_FIELDS: fieldMap(map) },
        { extraFields: [{ object: 'Task', name: 'Text__c', type: 'string', length: 80 }] },
      ),
    );
    const wrong = findings.filter((finding) => finding.level !== 'ok');
    expect(wrong).toMatchObject([{ level }]);
    expect(`${wrong[0]?.message} ${wrong[0]?.remedy}`).toMatch(expected);
  });

  it('check counts the extension of a live call once, when somebody has answered it', async () => {
    const under = await openOrg({ SALESFORCE_LOG: 'live', SALESFORCE_OWNERS: '999=pat@example.com' });
    const nobody = { extension_number: undefined, extension_name: undefined };
    const start = callFrom(annsNumber, { ...nobody, stage: 'call_start', status: 'in_progress' });
    const [landed] = await under.land(start);
    const end = next(start, landed, { stage: 'call_end', status: 'answered', extension_number: '204' });
    const [ended] = await under.land(end);
    await under.land(again(end, ended));
    const [wrong] = (await runCheck(under)).filter(({ level }) => level === 'warning');
    expect(wrong?.message).toContain('204 (1)');
  });

  it('check lists the extensions of calls that the table lacks', async () => {
    const under = await openOrg({ SALESFORCE_OWNERS: '999=pat@example.com' });
    await under.land(callFrom(annsNumber), callFrom(annsNumber, {}, 'call-2'));
    const [wrong] = (await runCheck(under)).filter(({ level }) => level === 'warning');
    expect(wrong?.message).toContain('204 (2)');
  });

  it('check reports a refused secret, and sends no further request', async () => {
    const under = await openOrg({ SALESFORCE_CLIENT_SECRET: 'not-the-secret' });
    const findings = await runCheck(under);
    expect(findings).toMatchObject([
      { level: 'fault', remedy: expect.stringContaining('SALESFORCE_CLIENT') as string },
    ]);
    expect(under.org.log.billable()).toBe(0);
  });
});
