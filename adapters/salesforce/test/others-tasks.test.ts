import { describe, expect, it } from 'vitest';
import type { SalesforceStandInOptions } from './stand-in/salesforce-stand-in.ts';
import { annsNumber, annsTyped, callFrom, next, openOrg } from './org-under-test.ts';

const live = { SALESFORCE_LOG: 'live' };
const atStart = { stage: 'call_start', status: 'in_progress', duration_seconds: undefined } as const;
const atEnd = { stage: 'call_end', status: 'answered', duration_seconds: 192 } as const;

/** Lands the start of a call whose Task another user owns. */
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

describe('the end of a call whose task another user owns', () => {
  it("the end of a call is written to another user's task when the integration user can edit it", async () => {
    const { under, end } = await orgOfOthers({});
    await under.land(end);
    expect(under.task()).toMatchObject({ Status: 'Completed' });
  });

  it("a call is set aside with the remedy after one read and one attempt when another user's task cannot be edited", async () => {
    const { under, end } = await orgOfOthers({ othersTasks: 'read only' });
    const [outcome] = await under.deliver([end]);
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'insufficient_access_or_readonly' });
    const { remedy } = outcome as { remedy: string };
    expect(remedy).toMatch(/Private, give it a role above their owners/);
    expect(remedy).toMatch(/Controlled by Parent, give it Edit on contacts, leads and accounts/);
    expect(remedy).toMatch(/Modify All Data/);
    expect(remedy).not.toContain('Modify All on Task');
    expect(under.org.log.billableByKind()).toEqual({ query: 1, update: 1 });
  });

  it("a replay lands the call once the user may edit another user's task", async () => {
    const { under, end } = await orgOfOthers({ othersTasks: 'read only' });
    await under.deliver([end]);
    under.org.setUp({ othersTasks: 'editable' });
    await under.land({ ...end, attempt: 2 });
    expect(under.task()).toMatchObject({ Status: 'Completed', CallDurationInSeconds: 192 });
  });

  it("another user's task that is only hidden is not reported as deleted", async () => {
    const { under, end } = await orgOfOthers({ othersTasks: 'hidden' });
    const [later] = await under.deliver([end]);
    const rule =
      'The Task was deleted for good, or is hidden from the integration user; it is not made again.';
    expect(later).toMatchObject({ kind: 'skipped', rule, revisitAfterMs: undefined });
  });
});

describe('the check under SALESFORCE_LOG=live', () => {
  it.each([
    ['read only', 'warning', /cannot change/],
    ['editable', 'ok', /can change/],
    ['hidden', 'ok', /was not checked/],
  ] as const)(
    'check under SALESFORCE_LOG=live reports that tasks of other owners are %s',
    async (othersTasks, level, expected) => {
      const { under } = await orgOfOthers({ othersTasks });
      const findings = await under.adapter().check(new AbortController().signal);
      const finding = findings.find(({ message }) => expected.test(message));
      expect(finding).toMatchObject({ level });
      if (level === 'warning') expect(finding?.remedy).toContain('a role above their owners');
    },
  );

  it('check under SALESFORCE_LOG=end does not read tasks of other owners', async () => {
    const { org, adapter } = await openOrg({}, { othersTasks: 'read only' });
    org.add('Task', { Subject: 'Theirs', OwnerId: org.people.userId });
    await adapter().check(new AbortController().signal);
    expect(org.log.of('query')).toHaveLength(1);
  });
});
