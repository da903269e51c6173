import { describe, expect, it } from 'vitest';
import { annsNumber, annsTyped, callFrom, next, openOrg } from './org-under-test.ts';

const live = { SALESFORCE_LOG: 'live' };
const deletedRule = 'Somebody deleted the activity in Salesforce; it is not made again.';
const atStart = { stage: 'call_start', status: 'in_progress', duration_seconds: undefined } as const;
const atEnd = { stage: 'call_end', status: 'answered', duration_seconds: 192 } as const;

describe('a live call', () => {
  it('a live call is In Progress from its start, and Completed at its end', async () => {
    const { land, task } = await openOrg(live);
    const start = callFrom(annsNumber, atStart);
    const [landed] = await land(start);
    expect(task()).toMatchObject({ Status: 'In Progress', IsClosed: false, TaskSubtype: 'Call' });
    await land(next(start, landed, atEnd));
    expect(task()).toMatchObject({
      Status: 'Completed',
      CallDurationInSeconds: 192,
      CallDisposition: 'Answered',
    });
    expect(task().Subject).toContain('answered 3 min 12 s');
  });

  it('a live call keeps the subject, the description and the links that somebody wrote meanwhile', async () => {
    const { org, land, task } = await openOrg(live);
    org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    const bob = org.add('Contact', { LastName: 'Bob' });
    const start = callFrom(annsNumber, atStart);
    const [landed] = await land(start);
    const theirs = { Subject: 'Roof leaks', Description: 'Call back at five.', WhoId: bob };
    org.people.edit(task().Id, theirs);
    await land(next(start, landed, atEnd));
    expect(task()).toMatchObject({ ...theirs, Status: 'Completed', CallDurationInSeconds: 192 });
  });

  it('a live call keeps the owner that somebody gave it', async () => {
    const { org, land, task } = await openOrg({ ...live, SALESFORCE_OWNERS: '204=sam@example.com' });
    org.add('User', {
      LastName: 'Sam',
      Email: 'sam@example.com',
      Username: 'sam@example.com.org',
      IsActive: true,
    });
    const start = callFrom(annsNumber, {
      ...atStart,
      extension_number: undefined,
      extension_name: undefined,
    });
    const [landed] = await land(start);
    org.people.edit(task().Id, { OwnerId: org.people.userId });
    await land(next(start, landed, { ...atEnd, extension_number: '204' }));
    expect(task()).toMatchObject({ OwnerId: org.people.userId });
  });

  it('a live call goes to the user who answered, once that is known', async () => {
    const { org, land, task } = await openOrg({ ...live, SALESFORCE_OWNERS: '204=sam@example.com' });
    const sam = org.add('User', {
      LastName: 'Sam',
      Email: 'sam@example.com',
      Username: 'sam@example.com.org',
      IsActive: true,
    });
    const start = callFrom(annsNumber, {
      ...atStart,
      extension_number: undefined,
      extension_name: undefined,
    });
    const [landed] = await land(start);
    await land(next(start, landed, { ...atEnd, extension_number: '204' }));
    expect(task()).toMatchObject({ OwnerId: sam });
  });

  it('a live call is In Progress from its answer when the start never came', async () => {
    const { land, task } = await openOrg(live);
    const answered = callFrom(annsNumber, { ...atStart, stage: 'call_answered' });
    const [landed] = await land(answered);
    expect(task()).toMatchObject({ Status: 'In Progress' });
    await land(next(answered, landed, atEnd));
    expect(task()).toMatchObject({ Status: 'Completed', CallDurationInSeconds: 192 });
  });
});

describe('a call that is logged at its end', () => {
  it('a call that is logged at its end lands marked incomplete when its end never came', async () => {
    const { land, task } = await openOrg();
    await land({ ...callFrom(annsNumber, { ...atStart, stage: 'call_answered' }), isOver: true });
    expect(task()).toMatchObject({ Status: 'Completed', CallDurationInSeconds: null });
    expect(task().Description).toContain('the end of this call never came');
  });
});

describe('a task that somebody worked on', () => {
  it('the owner of a task that was deleted just before a change does not count as refused', async () => {
    const { org, deliver, land, tasks } = await openOrg({
      ...live,
      SALESFORCE_OWNERS: '204=sam@example.com',
    });
    const sam = org.add('User', {
      LastName: 'Sam',
      Email: 'sam@example.com',
      Username: 's@x',
      IsActive: true,
    });
    const nobody = { extension_number: undefined, extension_name: undefined };
    const start = callFrom(annsNumber, { ...atStart, ...nobody });
    const [landed] = await land(start);
    org.stage({ name: 'item refused', statusCode: 'ENTITY_IS_DELETED' }, { on: 'update' });
    const later = await deliver([next(start, landed, { ...atEnd, extension_number: '204' })]);
    expect(later).toMatchObject([{ kind: 'skipped', rule: deletedRule }]);
    await land(callFrom('+61491570110', { extension_number: '204' }, 'call-2'));
    expect(tasks()[1]).toMatchObject({ OwnerId: sam });
  });

  it('a task that was deleted for good is not created again', async () => {
    const { org, deliver, land, tasks } = await openOrg();
    const call = callFrom(annsNumber);
    const [landed] = await land(call);
    org.people.delete(landed?.remoteId ?? '', { purge: true });
    const later = await deliver([next(call, landed, { duration_seconds: 5 })]);
    expect(later).toMatchObject([{ kind: 'skipped', rule: expect.stringContaining('hidden') as string }]);
    expect(tasks()).toEqual([]);
  });

  it('a task keeps the status that somebody set while the call does not change', async () => {
    const { org, land, task } = await openOrg();
    const call = callFrom(annsNumber);
    const [landed] = await land(call);
    org.people.edit(task().Id, { Status: 'Waiting on someone else' });
    await land(next(call, landed, { campaign: 'Spring' }));
    expect(task()).toMatchObject({ Status: 'Waiting on someone else' });
    expect(task().Description).toContain('Campaign: Spring');
  });

  it('a task gets its description again when somebody cleared it', async () => {
    const { org, land, task } = await openOrg();
    const call = callFrom(annsNumber);
    const [landed] = await land(call);
    org.people.edit(task().Id, { Description: null });
    await land(next(call, landed, { campaign: 'Spring' }));
    expect(task().Description).toContain('Campaign: Spring');
  });
});

describe('an existing task without a stored landing', () => {
  it("an existing task without a stored landing is found by Salesforce's duplicate error", async () => {
    const { land, task } = await openOrg();
    const call = callFrom(annsNumber);
    const [first] = await land(call);
    const [again] = await land({ ...call, attempt: 2 });
    expect(again?.remoteId).toBe(first?.remoteId);
    expect(task().CallObject).toBe('jet:call-1');
  });

  it('an existing task without a stored landing is found by its key when Salesforce does not name it', async () => {
    const { land } = await openOrg({}, { duplicateMessage: 'hidden' });
    const call = callFrom(annsNumber);
    const [first] = await land(call);
    const [again] = await land({ ...call, attempt: 2 });
    expect(again?.remoteId).toBe(first?.remoteId);
  });

  it('an existing task without a stored landing keeps the values that somebody wrote', async () => {
    const { org, land, deliver, pass, task } = await openOrg({ SALESFORCE_LOG: 'live' });
    const start = callFrom(annsNumber, atStart);
    org.stage({ name: 'reset after the write' }, { on: 'create' });
    await expect(deliver([start])).rejects.toThrow('did not come');
    pass(60_000);
    org.people.edit(task().Id, { Subject: 'Roof leaks' });
    await land({ ...start, call: { ...start.call, ...atEnd }, revision: start.revision + 1 });
    expect(task()).toMatchObject({ Status: 'Completed', Subject: 'Roof leaks' });
  });
});
