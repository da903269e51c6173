import { describe, expect, it } from 'vitest';
import { callFrom, next, numbers, openOrg } from './org-under-test.ts';

const calls = (count: number, prefix = 'call') =>
  numbers(count).map((number, index) => callFrom(number, {}, `${prefix}-${index}`));

describe('a trigger that cannot handle many tasks at once', () => {
  it('a trigger that cannot handle many tasks gets them in halves, and the next batches in the size that worked', async () => {
    const { org, land, tasks, pass } = await openOrg({}, { rowsPerWriteMax: 60 });
    await land(...calls(200));
    expect(tasks()).toHaveLength(200);
    const sizes = (): number[] =>
      org.log.of('create').map(({ body }) => (body as { records: unknown[] }).records.length);
    expect(sizes()).toEqual([200, 100, 50, 50, 50, 50]);
    org.log.clear();
    await land(...calls(100, 'later'));
    expect(sizes()).toEqual([50, 50]);
    // Somebody may have corrected the trigger.
    org.log.clear();
    pass(3_600_000);
    await land(...calls(60, 'much-later'));
    expect(sizes()).toEqual([60]);
  });

  it('a trigger that cannot handle many tasks gets changes in halves too', async () => {
    const { org, land, tasks } = await openOrg();
    const first = calls(8);
    const landed = await land(...first);
    org.setUp({ rowsPerWriteMax: 2 });
    await land(...first.map((call, index) => next(call, landed[index], { duration_seconds: 7 })));
    expect(tasks().map((task) => task.CallDurationInSeconds)).toEqual(Array(8).fill(7));
    expect(org.log.of('update')).toHaveLength(6);
  });

  it('a task that a trigger cannot handle alone is set aside with a remedy', async () => {
    const { deliver } = await openOrg({}, { rowsPerWriteMax: 0 });
    const outcomes = await deliver(calls(2));
    expect(outcomes).toHaveLength(2);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({
        kind: 'rejected',
        remedy: expect.stringContaining('trigger') as string,
      });
  });

  it('the batch size stays when a single task is too much for a trigger', async () => {
    const { org, deliver, land } = await openOrg();
    const message = 'TaskTrigger: System.LimitException: Too many DML statements: 151';
    const when = (task: { CallObject?: unknown }): boolean => task.CallObject === 'jet:call-2';
    const statusCode = 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY';
    org.stage({ name: 'item refused', statusCode, message, when }, { on: 'create', times: 2 });
    const outcomes = await deliver(calls(4));
    const rejected = outcomes.filter(({ kind }) => kind === 'rejected');
    expect(rejected.map(({ id }) => id)).toEqual(['call-2']);
    org.log.clear();
    await land(...calls(4, 'later'));
    expect(org.log.of('create')).toHaveLength(1);
  });

  it.each([
    'TaskTrigger: System.LimitException: Too many SOQL queries: 101',
    'The flow failed: Apex CPU time limit exceeded',
    'Too many DML statements: 151',
    'Apex heap size too large: 6100000',
  ])(
    'a governor limit is recognised by its message (%s), and the next attempt sends fewer when it is slow',
    async (message) => {
      const { org, deliver, pass, landInTheEnd, tasks } = await openOrg();
      const statusCode = 'CANNOT_EXECUTE_FLOW_TRIGGER';
      let isSlow = true;
      const when = (): boolean => {
        if (isSlow) pass(11_000);
        isSlow = false;
        return true;
      };
      org.stage({ name: 'item refused', statusCode, message, when }, { on: 'create' });
      const batch = calls(4);
      const outcomes = await deliver(batch);
      expect(outcomes.map((outcome) => ('code' in outcome ? outcome.code : ''))).toEqual(
        Array(4).fill('governor_limit'),
      );
      expect(org.log.of('create')).toHaveLength(1);
      await landInTheEnd(batch);
      expect(org.log.of('create')).toHaveLength(3);
      expect(tasks()).toHaveLength(4);
    },
  );
});
