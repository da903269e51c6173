import { describe, expect, it } from 'vitest';
import type { SalesforceStandInOptions } from './stand-in/salesforce-stand-in.ts';
import { annsNumber, annsTyped, callFrom, next, openOrg } from './org-under-test.ts';

const live = { SALESFORCE_LOG: 'live' };
const atStart = { stage: 'call_start', status: 'in_progress', duration_seconds: undefined } as const;
const atEnd = { stage: 'call_end', status: 'answered', duration_seconds: 192 } as const;

/** A call that is shown as somebody else's from its start on. */
async function orgOfOthers(options: SalesforceStandInOptions) {
  const under = await openOrg(live, options);
  const sam = under.org.add('User', { LastName: 'Sam', Username: 's@x', IsActive: true });
  under.org.add('Contact', { LastName: 'Ann', Phone: annsTyped, OwnerId: sam });
  const start = callFrom(annsNumber, atStart);
  const [landed] = await under.land(start);
  expect(under.task()).toMatchObject({ OwnerId: sam, Status: 'In Progress' });
  under.org.log.clear();
  return { under, end: next(start, landed, atEnd) };
}

describe('the end of a call whose task somebody else owns', () => {
  it('is written when the integration user can edit it', async () => {
    const { under, end } = await orgOfOthers({});
    await under.land(end);
    expect(under.task()).toMatchObject({ Status: 'Completed' });
  });

  it('is set aside where it may not, after one look and one try, with what gives the right', async () => {
    const { under, end } = await orgOfOthers({ othersTasks: 'read only' });
    const [outcome] = await under.deliver([end]);
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'insufficient_access_or_readonly' });
    const { remedy } = outcome as { remedy: string };
    expect(remedy).toMatch(/Private, by a role above their owners/);
    expect(remedy).toMatch(/Controlled by Parent, by Edit on contacts, leads and accounts/);
    expect(remedy).toMatch(/Modify All Data/);
    expect(remedy).not.toContain('Modify All on Task');
    expect(under.org.log.billableByKind()).toEqual({ query: 1, update: 1 });
  });

  it('lands by a replay once the right is given', async () => {
    const { under, end } = await orgOfOthers({ othersTasks: 'read only' });
    await under.deliver([end]);
    under.org.setUp({ othersTasks: 'editable' });
    await under.land({ ...end, attempt: 2 });
    expect(under.task()).toMatchObject({ Status: 'Completed', CallDurationInSeconds: 192 });
  });

  it('is not reported as deleted when the task is only hidden', async () => {
    const { under, end } = await orgOfOthers({ othersTasks: 'hidden' });
    const [later] = await under.deliver([end]);
    const rule =
      'The Task was deleted for good, or is hidden from the integration user; it is not made again.';
    expect(later).toMatchObject({ kind: 'skipped', rule, revisitAfterMs: undefined });
  });
});

describe('a look at an org that shows calls while they last', () => {
  it.each([
    ['read only', 'warning', /may not change/],
    ['editable', 'ok', /may be changed/],
    ['hidden', 'ok', /cannot be told/],
  ] as const)('finds that tasks of others are %s', async (othersTasks, level, told) => {
    const { under } = await orgOfOthers({ othersTasks });
    const findings = await under.adapter().check(AbortSignal.timeout(10_000));
    const finding = findings.find(({ message }) => told.test(message));
    expect(finding).toMatchObject({ level });
    if (level === 'warning') expect(finding?.remedy).toContain('a role above their owners');
  });

  it('asks for none of it where calls are logged at their end', async () => {
    const { org, adapter } = await openOrg({}, { othersTasks: 'read only' });
    org.add('Task', { Subject: 'Theirs', OwnerId: org.people.userId });
    await adapter().check(AbortSignal.timeout(10_000));
    expect(org.log.of('query')).toHaveLength(1);
  });
});
