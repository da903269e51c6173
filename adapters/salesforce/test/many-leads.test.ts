import { describe, expect, it } from 'vitest';
import { annsNumber, callFrom, idOf, numbers, openOrg, traceOf } from './org-under-test.ts';

const create = { SALESFORCE_UNMATCHED: 'create' };
const callers = (count: number) => numbers(count).map((number, at) => callFrom(number, {}, `call-${at}`));

describe('many new callers at once', () => {
  it('many new callers become one lead each when the request for their tasks is lost, and no search is repeated', async () => {
    const { org, deliver, land, tasks } = await openOrg(create);
    org.stage({ name: 'slow answer', delayMs: 1 }, { on: 'create' });
    org.stage({ name: 'reset before the write' }, { on: 'create' });
    await expect(deliver(callers(30))).rejects.toThrow('did not come');
    expect(org.records('Lead')).toHaveLength(30);
    org.log.clear();
    await land(...callers(30));
    expect(org.records('Lead')).toHaveLength(30);
    expect(new Set(tasks().map(({ WhoId }) => WhoId))).toEqual(new Set(org.records('Lead').map(idOf)));
    // The owners of the leads, and the tasks.
    expect(org.log.billableByKind()).toEqual({ query: 1, create: 1 });
  });

  it('leads are created in halves when a trigger cannot handle many at once', async () => {
    const { org, land, tasks } = await openOrg(create, { rowsPerWriteMax: 10 });
    await land(...callers(40));
    expect(org.records('Lead')).toHaveLength(40);
    expect(tasks().every(({ WhoId }) => WhoId !== null)).toBe(true);
  });

  it('leads wait for the next batch when a trigger is slow and handles few, and nothing is lost', async () => {
    const under = await openOrg(create, { rowsPerWriteMax: 10 });
    // Each lead takes the org a second.
    under.org.duplicateRule('Lead', () => {
      under.pass(1_000);
      return [];
    });
    const outcomes = await under.deliver(callers(40));
    const rest = outcomes.filter(({ kind }) => kind === 'retry');
    expect(rest.length).toBeGreaterThan(0);
    expect(new Set(rest.map((outcome) => 'code' in outcome && outcome.code))).toEqual(
      new Set(['lead_later']),
    );
    expect(outcomes.filter(({ kind }) => kind === 'delivered')).toHaveLength(40 - rest.length);
  });

  it('leads that were made stay when the org then refuses all others', async () => {
    const { org, deliver, land } = await openOrg(create);
    const [first, second] = callers(2);
    if (first === undefined || second === undefined) throw new Error('There must be two callers');
    const statusCode = 'STORAGE_LIMIT_EXCEEDED';
    const when = (record: Readonly<Record<string, unknown>>): boolean =>
      record.Jet_Caller_Number__c === second.call.counterpart_e164;
    org.stage({ name: 'item refused', statusCode, when }, { on: 'create' });
    const outcomes = new Map((await deliver([first, second])).map((outcome) => [outcome.id, outcome]));
    expect(outcomes.get(first.id)).toMatchObject({ kind: 'delivered' });
    expect(outcomes.get(second.id)).toMatchObject({ kind: 'retry' });
    org.log.clear();
    await land({ ...first, id: 'call-9', call: { ...first.call, call_id: 'call-9' } });
    expect(org.log.of('search')).toEqual([]);
  });
});

describe('a lead that cannot be made', () => {
  const statusCode = 'UNKNOWN_EXCEPTION';
  it.each([statusCode, 'PROCESSING_HALTED', 'QUERY_TIMEOUT'])(
    'a lead that cannot be made because of %s delays the call at first, but not without end',
    async (code) => {
      const { org, deliver, land, task } = await openOrg(create);
      const onLeads = (_record: unknown, object: string): boolean => object === 'Lead';
      org.stage({ name: 'item refused', statusCode: code, when: onLeads }, { on: 'create', times: 9 });
      expect(await deliver([callFrom(annsNumber)])).toMatchObject([{ kind: 'retry', code: 'lead_later' }]);
      const [landed] = await land({ ...callFrom(annsNumber), attempt: 4 });
      expect(task()).toMatchObject({ WhoId: null });
      expect(traceOf(landed).notes).toEqual([`no lead was made (${code})`]);
    },
  );

  it('no lead is made for a number with a cached miss when too few requests remain', async () => {
    const { org, land } = await openOrg(create, { dailyLimit: 1000 });
    await land(callFrom(annsNumber, { status: 'failed' }, 'call-0'));
    org.use(960);
    await land(callFrom(undefined, { withheld: true }, 'call-1'));
    org.log.clear();
    await land(callFrom(annsNumber, {}, 'call-2'));
    expect(org.log.billableByKind()).toEqual({ create: 1 });
    expect(org.records('Lead')).toEqual([]);
  });
});

describe('the owner of a call', () => {
  const sam = { LastName: 'Sam', Email: 'sam@example.com', Username: 'sam@example.com.org', IsActive: true };

  it('the owner of the record that a duplicate rule names owns the next call too', async () => {
    const { org, land, tasks } = await openOrg(create);
    const id = org.add('User', sam);
    const ann = org.add('Contact', { LastName: 'Ann', OwnerId: id });
    org.duplicateRule('Lead', () => [ann]);
    await land(callFrom(annsNumber));
    await land(callFrom(annsNumber, {}, 'call-2'));
    expect(tasks().map(({ WhoId, OwnerId }) => [WhoId, OwnerId])).toEqual([
      [ann, id],
      [ann, id],
    ]);
  });

  it("the lead's present owner owns the call", async () => {
    const { org, land, tasks } = await openOrg(create);
    const id = org.add('User', sam);
    await land(callFrom(annsNumber));
    org.people.edit(idOf(org.records('Lead')[0]), { OwnerId: id });
    await land(callFrom(annsNumber, {}, 'call-2'));
    expect(tasks()[1]).toMatchObject({ OwnerId: id });
  });

  it('the owner of the company that several people share owns the call', async () => {
    const { org, land, task } = await openOrg({ SALESFORCE_SEVERAL: 'company' });
    const id = org.add('User', sam);
    const acme = org.add('Account', { Name: 'Acme', OwnerId: id });
    for (const name of ['A', 'B']) org.add('Contact', { LastName: name, AccountId: acme, Phone: annsNumber });
    await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhatId: acme, OwnerId: id });
  });

  it("the person's owner owns the call when the user in the table is inactive", async () => {
    const { org, land, task } = await openOrg({ SALESFORCE_OWNERS: '204=005000000000099AAA' });
    const id = org.add('User', sam);
    org.add('Contact', { LastName: 'Ann', Phone: annsNumber, OwnerId: id });
    const statusCode = 'INACTIVE_OWNER_OR_USER';
    const when = ({ OwnerId }: Readonly<Record<string, unknown>>): boolean => OwnerId !== id;
    org.stage({ name: 'item refused', statusCode, when }, { on: 'create' });
    const [landed] = await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ OwnerId: id });
    expect(traceOf(landed).owner).toMatchObject({ rule: "the person's owner" });
  });

  it('no user of the table owns the call while several have the email, until one is named by user name', async () => {
    const { org, land, tasks, adapter } = await openOrg({ SALESFORCE_OWNERS: '204=sam@example.com' });
    org.add('User', sam);
    org.add('User', { ...sam, Username: 'sam2@example.com.org' });
    await land(callFrom(annsNumber));
    expect(tasks()[0]).toMatchObject({ OwnerId: org.integrationUserId });
    const findings = await adapter().check(new AbortController().signal);
    expect(findings.map(({ message }) => message).join()).toContain(
      'an email that several active users have',
    );
  });
});
