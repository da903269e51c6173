import { describe, expect, it } from 'vitest';
import { again, annsNumber, annsTyped, callFrom, next, openOrg, traceOf } from './org-under-test.ts';

const minutes = 60_000;

describe('the person of a call', () => {
  it.each(['0491 570 006', '(0491) 570-006', '+61 491 570 006', '61491570006'])(
    'the call lands on the contact whose number is written %s',
    async (typed) => {
      const { org, land, task } = await openOrg();
      const ann = org.add('Contact', { LastName: 'Ann', MobilePhone: typed });
      await land(callFrom(annsNumber));
      expect(task()).toMatchObject({ WhoId: ann, WhatId: null });
    },
  );

  it('a person whose number only has the same last digits does not match', async () => {
    const { org, land, task } = await openOrg({}, { looseSearch: true });
    org.add('Contact', { LastName: 'Other', Phone: '+64 491 570 006' });
    org.add('Contact', { LastName: 'Fax', Fax: annsTyped });
    const [landed] = await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhoId: null, WhatId: null });
    expect(traceOf(landed).person.match).toMatchObject({ number: annsNumber, rule: 'no_hit' });
  });

  it('a lead matches without a further link, and a converted lead never matches', async () => {
    const { org, land, pass, tasks } = await openOrg();
    const lead = org.add('Lead', { LastName: 'Ann', Company: 'Acme', Phone: annsTyped });
    const account = org.add('Account', { Name: 'Acme', Phone: annsTyped });
    await land(callFrom(annsNumber));
    expect(tasks()[0]).toMatchObject({ WhoId: lead, WhatId: null });
    const { contactId, accountId } = org.people.convert(lead);
    for (const id of [contactId, accountId]) org.people.edit(id, { Phone: null });
    // Past the time for which the ledger keeps the lead.
    pass(25 * 60 * minutes);
    await land(callFrom(annsNumber, {}, 'call-2'));
    expect(tasks()[1]).toMatchObject({ WhoId: null, WhatId: account });
  });

  it('an account matches when no person has the number', async () => {
    const { org, land, task } = await openOrg();
    const account = org.add('Account', { Name: 'Acme', Phone: annsTyped });
    await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhoId: null, WhatId: account });
  });

  it('the settings decide which kind of record matches first', async () => {
    const { org, land, task } = await openOrg({ SALESFORCE_OBJECTS: 'Account,Contact' });
    org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    const account = org.add('Account', { Name: 'Acme', Phone: annsTyped });
    await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhatId: account });
  });

  it('a person account matches, and is linked by its contact', async () => {
    const { org, land, task } = await openOrg(
      { SALESFORCE_PERSON_ACCOUNTS: 'yes' },
      { personAccounts: true },
    );
    const account = org.add('Account', {
      IsPersonAccount: true,
      LastName: 'Ann',
      Name: 'Ann',
      PersonMobilePhone: annsTyped,
    });
    await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhoId: org.record(account)?.PersonContactId, WhatId: null });
  });

  it('a person account is linked by its contact when only accounts are searched', async () => {
    const { org, land, task } = await openOrg(
      { SALESFORCE_PERSON_ACCOUNTS: 'yes', SALESFORCE_OBJECTS: 'Account' },
      { personAccounts: true },
    );
    const ann = { IsPersonAccount: true, LastName: 'Ann', Name: 'Ann', PersonMobilePhone: annsTyped };
    const account = org.add('Account', ann);
    await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhoId: org.record(account)?.PersonContactId, WhatId: null });
  });

  it('a person also matches by a custom phone field', async () => {
    const { org, land, task } = await openOrg(
      { SALESFORCE_PHONE_FIELDS: 'Contact.Direct_Line__c' },
      { extraFields: [{ object: 'Contact', name: 'Direct_Line__c', type: 'phone' }] },
    );
    const ann = org.add('Contact', { LastName: 'Ann', Direct_Line__c: annsTyped });
    await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhoId: ann });
  });

  it.each([
    ['latest', (ids: string[]) => ({ WhoId: ids[1], WhatId: null })],
    ['company', (ids: string[]) => ({ WhoId: null, WhatId: ids[2] })],
    ['none', () => ({ WhoId: null, WhatId: null })],
  ] as const)('the policy %s chooses one of several people', async (policy, expected) => {
    const { org, land, task } = await openOrg({ SALESFORCE_SEVERAL: policy });
    const acme = org.add('Account', { Name: 'Acme' });
    const both = { AccountId: acme, Phone: annsTyped };
    const old = org.add('Contact', { LastName: 'A', ...both, LastModifiedDate: '2025-01-01T00:00:00Z' });
    const late = org.add('Contact', { LastName: 'B', ...both, LastModifiedDate: '2026-01-01T00:00:00Z' });
    await land(callFrom(annsNumber));
    expect(task()).toMatchObject(expected([old, late, acme]));
  });

  it.each([
    ['withheld', { withheld: true, counterpart_e164: undefined, origin_number: undefined }],
    ['internal', { counterpart_e164: undefined, origin_number: '211' }],
    ['own', { phone_number_e164: annsNumber }],
  ])('a number that is %s is not searched, and the trace says so', async (rule, given) => {
    const { org, land } = await openOrg();
    org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    const [landed] = await land(callFrom(annsNumber, given));
    expect(org.log.of('search')).toEqual([]);
    expect(traceOf(landed).person.match).toEqual({ rule });
  });

  it('a number in OWN_NUMBERS is neither searched nor made a lead', async () => {
    const { org, land, task } = await openOrg({
      OWN_NUMBERS: `+61290000000,${annsNumber}`,
      SALESFORCE_UNMATCHED: 'create',
    });
    const [landed] = await land(callFrom(annsNumber));
    expect(org.log.of('search')).toEqual([]);
    expect(org.records('Lead')).toEqual([]);
    expect(task()).toMatchObject({ WhoId: null });
    expect(traceOf(landed).person.match).toEqual({ rule: 'own' });
  });

  it('a person is searched again after a setting names another phone field', async () => {
    const { org, land, restart, tasks } = await openOrg(
      {},
      { extraFields: [{ object: 'Contact', name: 'Direct_Line__c', type: 'phone' }] },
    );
    const acme = org.add('Account', { Name: 'Acme', Phone: annsTyped });
    const ann = org.add('Contact', { LastName: 'Ann', Direct_Line__c: annsTyped });
    await land(callFrom(annsNumber));
    restart({ SALESFORCE_PHONE_FIELDS: 'Contact.Direct_Line__c' });
    await land(callFrom(annsNumber, {}, 'call-2'));
    expect(tasks()).toMatchObject([{ WhatId: acme }, { WhoId: ann }]);
  });

  it('a person is found beside a number with too many records for one search', async () => {
    const { org, land, tasks } = await openOrg({ SALESFORCE_UNMATCHED: 'create' });
    const placeholder = '+61491570110';
    for (let count = 0; count < 2_001; count += 1)
      org.add('Contact', { LastName: `Nobody ${count}`, Phone: placeholder });
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    const [, many] = await land(callFrom(annsNumber), callFrom(placeholder, {}, 'call-2'));
    const byCall = new Map(tasks().map((task) => [task.CallObject, task.WhoId]));
    expect(byCall).toEqual(
      new Map([
        ['jet:call-1', ann],
        ['jet:call-2', null],
      ]),
    );
    expect(org.log.searches()).toHaveLength(3);
    expect(traceOf(many).person.match).toMatchObject({
      rule: 'several_hits',
      why: 'more records were found than one search returns',
    });
    // The next call does not treat the number as unknown either: no lead is made.
    await land(callFrom(placeholder, {}, 'call-3'));
    expect(org.records('Lead')).toEqual([]);
  });

  it('the trace holds the first of many other candidates and the number of the rest', async () => {
    const { org, land, task } = await openOrg();
    const modified = (at: number) => new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString();
    const ids = Array.from({ length: 30 }, (_, at) =>
      org.add('Contact', { LastName: `C${at}`, Phone: annsTyped, LastModifiedDate: modified(at) }),
    );
    const [landed] = await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhoId: ids[29] });
    const match = traceOf(landed).person.match as { candidates: { kept: boolean }[] };
    expect(match).toMatchObject({ candidatesNotShown: 10 });
    expect(match.candidates.map(({ kept }) => kept)).toEqual([true, ...Array<boolean>(19).fill(false)]);
  });

  it('a record that was deleted after the ledger cached it costs the call only its link', async () => {
    const { org, land, tasks } = await openOrg();
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    await land(callFrom(annsNumber));
    org.people.delete(ann);
    const [landed] = await land(callFrom(annsNumber, {}, 'call-2'));
    expect(tasks()[1]).toMatchObject({ CallObject: 'jet:call-2', WhoId: null });
    expect(traceOf(landed).dropped).toEqual({ WhoId: { why: expect.any(String) as string, value: '' } });
  });

  it('the record that two others were merged into gets the next call', async () => {
    const { org, land, pass, tasks } = await openOrg();
    const first = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    await land(callFrom(annsNumber));
    const kept = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    org.people.merge(kept, first);
    const call = callFrom(annsNumber, {}, 'call-2');
    const [landed] = await land(call);
    pass(10 * minutes);
    await land(again(call, landed));
    expect(tasks().map((task) => task.WhoId)).toEqual([kept, kept]);
  });
});

describe('a call without a person', () => {
  it('a call without a person has revisits after ten minutes, an hour and four hours', async () => {
    const { land, pass } = await openOrg();
    const call = callFrom(annsNumber);
    const waits: (number | undefined)[] = [];
    let [landed] = await land(call);
    while (landed?.revisitAfterMs !== undefined) {
      waits.push(landed.revisitAfterMs);
      pass(landed.revisitAfterMs);
      [landed] = await land(again(call, landed));
    }
    expect(waits.map((wait) => Math.round((wait ?? 0) / minutes))).toEqual([10, 50, 180]);
  });

  it('a call gets no company after somebody linked a person by hand', async () => {
    const { org, land, pass, task } = await openOrg();
    const call = callFrom(annsNumber);
    const [landed] = await land(call);
    const bob = org.add('Contact', { LastName: 'Bob' });
    org.people.edit(task().Id, { WhoId: bob });
    org.add('Account', { Name: 'Acme', Phone: annsTyped });
    pass(10 * minutes);
    await land(again(call, landed));
    expect(task()).toMatchObject({ WhoId: bob, WhatId: null });
  });

  it('a call gets no lead after somebody linked another record', async () => {
    const { org, land, pass, task } = await openOrg();
    const call = callFrom(annsNumber);
    const [landed] = await land(call);
    const deal = org.add('Opportunity', { Name: 'Roof' });
    org.people.edit(task().Id, { WhatId: deal });
    org.add('Lead', { LastName: 'Ann', Company: 'Acme', Phone: annsTyped });
    pass(10 * minutes);
    await land(again(call, landed));
    expect(task()).toMatchObject({ WhoId: null, WhatId: deal });
  });

  it('a skipped call has revisits, while somebody may still enter the contact', async () => {
    const { org, deliver, land, pass, task } = await openOrg({ SALESFORCE_UNMATCHED: 'skip' });
    const call = callFrom(annsNumber);
    const [outcome] = await deliver([call]);
    expect(outcome).toMatchObject({ kind: 'skipped', revisitAfterMs: expect.any(Number) as number });
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    // The core counts each revisit of a skipped call as a further attempt.
    pass(1 * minutes);
    await land({ ...call, visit: 'revisit', attempt: 2 });
    expect(task()).toMatchObject({ WhoId: ann });
  });

  it('a skipped call lands with the next revision once somebody has the number', async () => {
    const { org, deliver, land, pass, task } = await openOrg({ SALESFORCE_UNMATCHED: 'skip' });
    const call = callFrom(annsNumber);
    await deliver([call]);
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    pass(5 * minutes);
    await land({ ...call, revision: call.revision + 1 });
    expect(task()).toMatchObject({ WhoId: ann });
  });
});

describe('the trace', () => {
  it('the trace holds the search, each candidate with its reason, the rule, the owner and the written fields', async () => {
    const { org, land } = await openOrg({}, { looseSearch: true });
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    const other = org.add('Account', { Name: 'Acme', Phone: annsTyped });
    const [landed] = await land(callFrom(annsNumber));
    const trace = traceOf(landed);
    expect(trace.person.match).toEqual({
      number: annsNumber,
      forms: ['61491570006', '0491570006', '491570006'],
      candidates: [
        { object: 'Account', id: other, name: 'Acme', kept: false, why: 'a Contact comes first' },
        { object: 'Contact', id: ann, name: 'Ann', kept: true, why: 'its number is the same' },
      ],
      rule: 'object_priority',
    });
    expect(trace.person.record).toMatchObject({
      object: 'Contact',
      id: ann,
      link: expect.stringContaining(`/${ann}`) as string,
    });
    expect(trace.fields['Subject']?.after).toMatch(/call/i);
    expect(trace.owner).toMatchObject({ rule: "the person's owner" });
    expect(Object.keys(trace.written)).toContain('Subject');
  });

  it('the trace keeps the content of the first landing at a later one', async () => {
    const { org, land } = await openOrg();
    org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    const call = callFrom(annsNumber);
    const [landed] = await land(call);
    const [later] = await land(next(call, landed, { duration_seconds: 5 }));
    expect(traceOf(later)).toMatchObject({ person: traceOf(landed).person });
  });
});
