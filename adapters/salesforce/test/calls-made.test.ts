import { describe, expect, it } from 'vitest';
import { again, annsNumber, callFrom, next, numbers, openOrg, type OrgUnderTest } from './org-under-test.ts';

const shownWhileItLasts = { SALESFORCE_LOG: 'live' };

/** Lands calls in batches of a size, one after the other. */
async function landInBatches({ land }: OrgUnderTest, calls: ReturnType<typeof callFrom>[], size: number) {
  const landed = [];
  for (let from = 0; from < calls.length; from += size)
    landed.push(...(await land(...calls.slice(from, from + size))));
  return landed;
}

const endedCalls = (count: number) =>
  numbers(count).map((number, index) => callFrom(number, {}, `call-${index}`));

describe('the requests that calls cost', () => {
  it('a backlog of 1,000 ended calls from unknown numbers costs 25 requests', async () => {
    const under = await openOrg();
    await landInBatches(under, endedCalls(1000), 200);
    expect(under.tasks()).toHaveLength(1000);
    expect(under.org.log.billableByKind()).toEqual({ search: 20, create: 5 });
  });

  it('one call right after a start costs two requests', async () => {
    const under = await openOrg();
    await under.land(callFrom(annsNumber));
    expect(under.org.log.billableByKind()).toEqual({ search: 1, create: 1 });
    expect(under.org.log.tokenRequests()).toBe(1);
  });

  it('one call without a person costs five requests, including its three revisits', async () => {
    const under = await openOrg();
    const call = callFrom(annsNumber);
    let [landed] = await under.land(call);
    while (landed?.revisitAfterMs !== undefined) {
      under.pass(landed.revisitAfterMs);
      [landed] = await under.land(again(call, landed));
    }
    expect(under.org.log.billableByKind()).toEqual({ search: 4, create: 1 });
  });

  it('a call from a known number costs one request', async () => {
    const under = await openOrg();
    under.org.add('Contact', { LastName: 'Ann', Phone: annsNumber });
    await under.land(callFrom(annsNumber));
    under.org.log.clear();
    under.restart();
    under.pass(3_600_000);
    await under.land(callFrom(annsNumber, {}, 'call-2'));
    expect(under.org.log.billableByKind()).toEqual({ create: 1 });
  });

  it('a batch of calls whose numbers are never searched costs one request', async () => {
    const under = await openOrg();
    await under.land(
      callFrom(undefined, { withheld: true }),
      callFrom(undefined, { withheld: true }, 'call-2'),
    );
    expect(under.org.log.billableByKind()).toEqual({ create: 1 });
  });

  it('a window of twenty calls costs two requests', async () => {
    const under = await openOrg();
    await landInBatches(under, endedCalls(20), 20);
    expect(under.org.log.billable()).toBe(2);
  });

  it('one live call costs four requests', async () => {
    const under = await openOrg(shownWhileItLasts);
    const start = callFrom(annsNumber, {
      stage: 'call_start',
      status: 'in_progress',
      duration_seconds: undefined,
    });
    const [landed] = await under.land(start);
    const answered = next(start, landed, { stage: 'call_answered' });
    const [seen] = await under.land(answered);
    await under.land(next(answered, seen, { stage: 'call_end', status: 'answered', duration_seconds: 60 }));
    expect(under.org.log.billableByKind()).toEqual({ search: 1, create: 1, query: 1, update: 1 });
  });

  it('a landing that changes nothing costs no request', async () => {
    const under = await openOrg();
    under.org.add('Contact', { LastName: 'Ann', Phone: annsNumber });
    const call = callFrom(annsNumber);
    const [landed] = await under.land(call);
    under.org.log.clear();
    const [once] = await under.land(next(call, landed));
    expect(once?.effect).toBe('unchanged');
    expect(under.org.log.billable()).toBe(0);
  });

  it('a batch of 200 live calls that have ended costs one query and one update', async () => {
    const under = await openOrg(shownWhileItLasts);
    const starts = numbers(200).map((number, index) =>
      callFrom(
        number,
        { stage: 'call_start', status: 'in_progress', duration_seconds: undefined },
        `call-${index}`,
      ),
    );
    const landed = await under.land(...starts);
    under.org.log.clear();
    const end = { stage: 'call_end', status: 'answered', duration_seconds: 60 } as const;
    await under.land(...starts.map((start, index) => next(start, landed[index], end)));
    expect(under.org.log.billableByKind()).toEqual({ query: 1, update: 1 });
    expect(under.tasks().every(({ Status }) => Status === 'Completed')).toBe(true);
  });

  it('all requests use the API version that the adapter was made for', async () => {
    const under = await openOrg({ SALESFORCE_UNMATCHED: 'create', SALESFORCE_OWNERS: '204=pat@example.com' });
    const call = callFrom(annsNumber);
    const [landed] = await under.land(call);
    await under.land(callFrom(undefined, { withheld: true }, 'call-2'));
    await under.land(next(call, landed, { campaign: 'Spring' }));
    await under.adapter().check(AbortSignal.timeout(10_000));
    const kinds = ['search', 'query', 'create', 'update', 'describe', 'token'];
    expect(new Set(under.org.log.all.map(({ kind }) => kind))).toEqual(new Set(kinds));
    for (const { kind, path } of under.org.log.all.filter(({ kind }) => kind !== 'token'))
      expect([kind, path]).toEqual([kind, expect.stringMatching(/^\/services\/data\/v62\.0\//)]);
  });

  it('requests are sent one at a time', async () => {
    const under = await openOrg();
    await landInBatches(under, endedCalls(400), 200);
    expect(under.org.log.mostAtOnce()).toBe(1);
  });
});
