import { describe, expect, it } from 'vitest';
import { again, annsNumber, annsTyped, callFrom, next, openOrg } from './org-under-test.ts';

const live = { SALESFORCE_LOG: 'live' };
const atStart = { stage: 'call_start', status: 'in_progress', duration_seconds: undefined } as const;

/** Opens an org that has answered once, and reported this many of 1,000 requests as used. */
async function orgWithUsed(used: number, settings: Record<string, string> = {}) {
  const under = await openOrg(settings, { dailyLimit: 1000 });
  under.org.use(used);
  await under.land(callFrom(undefined, { withheld: true }, 'call-0'));
  under.org.log.clear();
  return under;
}

describe("the org's daily requests", () => {
  it("the org's daily requests allow everything under 80 %", async () => {
    const { land, figures } = await orgWithUsed(700, live);
    await land(callFrom(annsNumber, atStart));
    expect(figures.get('live_updates_stopped')).toBe(0);
    expect(figures.get('api_budget_used_ratio')).toBeCloseTo(0.703);
  });

  it('calls wait until their end from 80 % of the daily requests on, and the metrics say so', async () => {
    const { org, deliver, land, figures, tasks } = await orgWithUsed(810, live);
    const start = callFrom(annsNumber, atStart);
    expect(await deliver([start])).toMatchObject([{ kind: 'retry', code: 'api_budget', isHeld: true }]);
    expect(org.log.billable()).toBe(0);
    expect(figures.get('live_updates_stopped')).toBe(1);
    expect(figures.get('final_writes_only')).toBe(0);
    expect(await deliver([{ ...start, attempt: 5 }])).toMatchObject([{ delayMs: 60_000 }]);
    await land({ ...start, call: { ...start.call, stage: 'call_end', status: 'answered' } });
    expect(tasks()).toHaveLength(2);
  });

  it('only final writes happen from 95 % of the daily requests on: no search and no revisit', async () => {
    const { org, land, figures } = await orgWithUsed(960);
    org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    const call = callFrom(annsNumber);
    const [landed] = await land(call);
    await land(again(call, landed));
    expect(org.log.billableByKind()).toEqual({ create: 1 });
    expect(figures.get('final_writes_only')).toBe(1);
  });

  it('a call that cannot land without a search waits for requests', async () => {
    const under = await openOrg({ SALESFORCE_UNMATCHED: 'skip' }, { dailyLimit: 1000, usedAtStart: 960 });
    // The answer to this search reports the limit.
    expect(await under.deliver([callFrom('+61491570110')])).toMatchObject([{ kind: 'skipped' }]);
    expect(await under.deliver([callFrom(annsNumber)])).toMatchObject([
      { kind: 'retry', code: 'api_budget', isHeld: true },
    ]);
  });

  it('revisits stop from 80 % of the daily requests on, and happen later', async () => {
    const { org, land, pass, tasks } = await orgWithUsed(810);
    const call = callFrom(annsNumber);
    const [landed] = await land(call);
    org.log.clear();
    const [held] = await land(again(call, landed));
    expect(org.log.billable()).toBe(0);
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    pass(held?.revisitAfterMs ?? 0);
    await land(again(call, landed));
    expect(tasks()[1]).toMatchObject({ WhoId: ann });
  });

  it('the revisits of a call from yesterday end, so that nothing repeats without end', async () => {
    const { org, land, pass } = await orgWithUsed(810);
    const call = callFrom(annsNumber);
    const [landed] = await land(call);
    pass(25 * 3_600_000);
    await land(callFrom(undefined, { withheld: true }, 'call-2'));
    org.log.clear();
    const [held] = await land(again(call, landed));
    expect(held?.revisitAfterMs).toBeUndefined();
    expect(org.log.billable()).toBe(0);
  });

  it('the search for a skipped call from yesterday is postponed only once', async () => {
    const { land, pass } = await orgWithUsed(960);
    pass(25 * 3_600_000);
    await land(callFrom(undefined, { withheld: true }, 'call-2'));
    const call = callFrom(annsNumber, { stage: 'call_answered' });
    const incomplete = { ...call, isOver: true };
    const [landed] = await land(incomplete);
    expect(landed?.revisitAfterMs).toBe(3_600_000);
    const [later] = await land(again(incomplete, landed));
    expect(later?.revisitAfterMs).toBeUndefined();
  });

  it('a live call becomes due again only when it changes, from 80 % of the daily requests on', async () => {
    const { org, land, deliver } = await openOrg(live, { dailyLimit: 1000 });
    const start = callFrom(annsNumber, atStart);
    const [landed] = await land(start);
    org.use(850);
    await land(callFrom(undefined, { withheld: true }, 'call-2'));
    org.log.clear();
    expect(await deliver([next(start, landed, { stage: 'call_answered' })])).toMatchObject([
      { kind: 'delivered', effect: 'unchanged' },
    ]);
    expect(org.log.billable()).toBe(0);
  });

  it('a call whose end never came is closed, however few requests remain', async () => {
    const { org, land, pass, tasks } = await openOrg(live, { dailyLimit: 1000 });
    const start = callFrom(undefined, { ...atStart, withheld: true });
    const [landed] = await land(start);
    pass(landed?.revisitAfterMs ?? 0);
    org.use(960);
    await land(callFrom(undefined, { withheld: true }, 'call-2'));
    await land(again(start, landed));
    expect(tasks()[0]).toMatchObject({ Status: 'Completed' });
  });

  it('a postponed search finds the person once requests are available', async () => {
    const { org, land, pass, tasks } = await orgWithUsed(960);
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    const call = callFrom(annsNumber);
    const [landed] = await land(call);
    org.use(100);
    pass(landed?.revisitAfterMs ?? 0);
    const [later] = await land(again(call, landed));
    pass(later?.revisitAfterMs ?? 0);
    await land(again(call, later?.trace === undefined ? landed : later));
    expect(tasks()[1]).toMatchObject({ WhoId: ann });
  });

  it('nothing waits when the last report of used requests is a quarter of an hour old', async () => {
    const { land, pass, tasks } = await orgWithUsed(810, live);
    pass(15 * 60_000);
    await land(callFrom(annsNumber, { ...atStart, last_received_at: Date.UTC(2026, 10, 22, 1, 19) }));
    expect(tasks()).toHaveLength(2);
  });

  it('a late revision of an open call uses no requests from 80 % on', async () => {
    const { org, land } = await openOrg(live);
    const start = callFrom(undefined, { ...atStart, withheld: true });
    const [landed] = await land(start);
    org.log.clear();
    const [later] = await land(next(start, landed, { stage: 'call_answered' }));
    expect(later?.effect).toBe('unchanged');
    expect(org.log.billable()).toBe(0);
  });
});
