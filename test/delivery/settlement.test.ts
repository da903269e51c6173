import { describe, expect, it } from 'vitest';
import { delivered, held, rejected, retry, skipped, type Outcome } from '../../src/contract/outcome.ts';
import { giveUpAfterMs, giveUpAttemptsMin } from '../../src/delivery/backoff.ts';
import { reconcile } from '../../src/delivery/reconcile.ts';
import { settlementOf } from '../../src/delivery/settlement.ts';
import type { DueDelivery } from '../../src/store/deliveries.ts';
import { dueOf } from '../fixtures/due-delivery.ts';
import { someTimeMs } from '../fixtures/pushes.ts';

const due = (rest: Partial<DueDelivery> = {}): DueDelivery => ({ ...dueOf('c'), revision: 5, ...rest });

const settle = (outcome: Outcome, given = due(), nowMs = someTimeMs) =>
  settlementOf(given, outcome, nowMs, 0.5);

describe('the stored settlement', () => {
  it('the settlement of a landing holds revision, remote id and trace', () => {
    expect(settle(delivered('c', { effect: 'created', remoteId: 'r', trace: { rule: 'x' } }))).toMatchObject({
      callId: 'c',
      revision: 5,
      state: 'delivered',
      dueAtMs: undefined,
      remoteId: 'r',
      trace: '{"rule":"x"}',
    });
  });

  it('the settlement of a landing without remote id and trace keeps the earlier ones', () => {
    expect(settle(delivered('c', { effect: 'unchanged' }))).toMatchObject({
      remoteId: undefined,
      trace: undefined,
    });
  });

  it.each([
    [1000, someTimeMs + 1000],
    [0, someTimeMs],
    [-1, undefined],
    [NaN, undefined],
    [Infinity, undefined],
    [1e300, someTimeMs + 30 * 24 * 3_600_000],
  ])(
    'the settlement of a landing with a revisit after %d ms holds a bounded time',
    (revisitAfterMs, dueAtMs) => {
      expect(settle(delivered('c', { effect: 'created', revisitAfterMs })).dueAtMs).toBe(dueAtMs);
    },
  );

  it('the settlement of a skip holds the rule', () => {
    expect(settle(skipped('c', 'Internal calls stay inside.'))).toMatchObject({
      state: 'skipped',
      reason: 'Internal calls stay inside.',
      dueAtMs: undefined,
    });
  });

  it('the settlement of a skip with a revisit holds its time', () => {
    expect(settle(skipped('c', 'Nobody has the number.', 1000))).toMatchObject({
      state: 'skipped',
      dueAtMs: someTimeMs + 1000,
    });
  });

  it.each([
    [60_000, 60_000],
    [0, 1_000],
    [-1, 1_000],
    [NaN, 1_000],
    [Infinity, 1_000],
    [1e300, 6 * 3_600_000],
  ])(
    'the settlement of a delivery held for %d ms has the time of the next attempt, and counts no attempt',
    (delayMs, afterMs) => {
      expect(
        settle(held('c', 'api_budget', 'Requests are saved.', delayMs), due({ attempts: 20 })),
      ).toMatchObject({
        state: 'due',
        dueAtMs: someTimeMs + afterMs,
        attempts: 0,
        code: 'api_budget',
        reason: 'Requests are saved.',
      });
    },
  );

  it('the settlement of a rejection holds code, reason and remedy', () => {
    expect(settle(rejected('c', 'no_field', 'It has no field.', 'Add it.'))).toMatchObject({
      state: 'rejected',
      code: 'no_field',
      reason: 'It has no field.',
      remedy: 'Add it.',
    });
  });

  it('the settlement of a retry holds the time of the next attempt, and counts one attempt', () => {
    expect(settle(retry('c', 'row_locked', 'Locked.', 10_000), due({ attempts: 2 }))).toMatchObject({
      state: 'due',
      dueAtMs: someTimeMs + 10_000 + 2000,
      attempts: 3,
      code: 'row_locked',
    });
  });

  it('a delivery becomes exhausted after 72 h of attempts', () => {
    const given = due({ attempts: giveUpAttemptsMin - 1 });
    expect(settle(retry('c', 'x', 'y'), given, someTimeMs + giveUpAfterMs - 1).state).toBe('due');
    expect(settle(retry('c', 'x', 'y'), given, someTimeMs + giveUpAfterMs)).toMatchObject({
      state: 'exhausted',
      dueAtMs: undefined,
    });
  });

  it('a delivery does not become exhausted at the first attempt after a long outage', () => {
    expect(settle(retry('c', 'x', 'y'), due(), someTimeMs + 2 * giveUpAfterMs).state).toBe('due');
  });

  it('a settlement holds only text that every database accepts', () => {
    const settlement = settle(rejected('c', 'x'.repeat(500), `a\0b\ud800${'y'.repeat(5000)}`, '\0'));
    expect(settlement.code).toHaveLength(64);
    expect(settlement.reason).toHaveLength(1000);
    expect(settlement.reason).toMatch(/^a\ufffdb\ufffdy/);
    expect(settlement.remedy).toBe('\ufffd');
  });
});

describe('the outcomes of a batch', () => {
  const ids = ['a', 'b'];
  const landed = (id: string) => delivered(id, { effect: 'created' });
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;

  it('the outcomes of a batch are accepted in any order', () => {
    const { outcomes, unknownIds } = reconcile(ids, [landed('b'), landed('a')]);
    expect([...outcomes.values()].map(({ kind }) => kind)).toEqual(['delivered', 'delivered']);
    expect(unknownIds).toBe(0);
  });

  it.each([
    ['missing', []],
    ['repeated', [landed('a'), landed('a')]],
    ['repeated and contradictory', [landed('a'), retry('a', 'x', 'y')]],
    ['of an unknown kind', [{ id: 'a', kind: 'done' }]],
    ['without a kind', [{ id: 'a' }]],
    ['with a remote id that is no text', [{ ...landed('a'), remoteId: 7 }]],
    ['with a remote id that is too long', [{ ...landed('a'), remoteId: 'x'.repeat(192) }]],
    ['with a remote id that no database accepts', [{ ...landed('a'), remoteId: 'x\0' }]],
    ['with a trace that is not JSON', [{ ...landed('a'), trace: cycle }]],
    ['a retry without a reason', [{ id: 'a', kind: 'retry', code: 'x' }]],
    ['a rejection without a remedy', [{ id: 'a', kind: 'rejected', code: 'x', reason: 'y' }]],
    ['a skip without a rule', [{ id: 'a', kind: 'skipped' }]],
    ['no list', 'fine'],
    ['nothing', undefined],
    ['a list of values that are no outcomes', [null, undefined, 7, 'a', { id: 7, kind: 'delivered' }]],
  ])('the outcomes of a batch become a retry when one is %s', (_what, answered) => {
    const { outcomes } = reconcile(['a'], answered);
    expect([...outcomes]).toMatchObject([['a', { kind: 'retry', code: 'adapter_fault' }]]);
  });

  it('the outcomes of a batch do not depend on a faulty outcome in the same batch', () => {
    const { outcomes } = reconcile(ids, [landed('a'), { id: 'b' }]);
    expect(outcomes.get('a')?.kind).toBe('delivered');
    expect(outcomes.get('b')?.kind).toBe('retry');
  });

  it('outcomes with unknown ids are counted and ignored', () => {
    const { outcomes, unknownIds } = reconcile(ids, [landed('a'), landed('b'), landed('z')]);
    expect([...outcomes.keys()]).toEqual(ids);
    expect(unknownIds).toBe(1);
  });
});
