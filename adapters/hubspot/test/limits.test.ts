import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { DestinationUnavailable } from '../../../src/contract/index.ts';
import { until } from '../../../test/fixtures/until.ts';
import {
  afterwards,
  callFrom,
  callsFromNumbers,
  mobileNumber,
  openPortal,
  type PortalUnderTest,
} from './portal-under-test.ts';

let test: PortalUnderTest;
afterEach(() => test.close());

const unsearched = { withheld: true, counterpart_e164: undefined } as const;
const statuses = () => new Set(test.portal.requests().map(({ status }) => status));

// Counted, not timed: the portal and the adapter are one process, which a busy machine delays.
const restingTurns = 50;

/** The end of time for a batch, some turns of the event loop after HubSpot has answered this many requests. */
function afterRequests(count: number): AbortSignal {
  const ending = new AbortController();
  const waitSomeTurns = async (): Promise<void> => {
    for (let turn = 0; turn < restingTurns; turn += 1) await sleep(10);
  };
  void until(() => expect(test.portal.requests()).toHaveLength(count))
    .then(waitSomeTurns)
    .then(() => ending.abort(new DOMException('The time is over', 'TimeoutError')));
  return ending.signal;
}

describe('a batch while HubSpot is unreachable', () => {
  const known = mobileNumber(1);
  const contacts = [{ id: '9001', properties: { phone: known } }];

  it('a batch waits as a whole, without a counted attempt, when only calls without a person have outcomes', async () => {
    test = await openPortal({ contacts }, { HUBSPOT_UNMATCHED: 'skip' });
    test.portal.stage('429 rolling', { on: 'calls.create' });
    const batch = [callFrom(mobileNumber(2), 'withheld', unsearched), callFrom(known, 'one')];
    await expect(test.deliver(batch)).rejects.toThrow(DestinationUnavailable);
  });

  it('a deleted call is reported even while HubSpot is unreachable', async () => {
    test = await openPortal({ contacts }, { HUBSPOT_LOG: 'live' });
    const start = callFrom(known, 'gone', { stage: 'call_start', status: 'in_progress' });
    const landed = (await test.deliver([start])).get('gone');
    test.portal.person.remove('calls', test.callsOf(start)[0]?.id ?? '');
    test.portal.stage('429 rolling', { on: 'calls.create' });
    const outcomes = await test.deliver([
      afterwards(callFrom(known, 'gone'), landed),
      callFrom(known, 'one'),
    ]);
    expect(outcomes.get('gone')).toMatchObject({ kind: 'skipped' });
    expect(outcomes.get('one')).toMatchObject({ kind: 'retry', code: 'hubspot_away' });
  });
});

// HubSpot returns a burst after ten seconds, long after the deadline of the batch.
describe('the limits of a plan', () => {
  it('the limits of a plan are used to 80 %: no request is refused, and the other requests wait', async () => {
    test = await openPortal({ limits: { burst: 8 } }, { HUBSPOT_BURST: '10' });
    // The stand-in reports the remaining requests, and the adapter leaves the last of them for other apps.
    const answer = await test.deliver(callsFromNumbers(500, unsearched));
    expect(test.portal.requests()).toHaveLength(6);
    expect(statuses()).toEqual(new Set([200, 201]));
    expect([...answer.values()].every(({ kind }) => kind === 'delivered')).toBe(true);
    const next = test.deliver([callFrom(mobileNumber(1), 'next', unsearched)], AbortSignal.timeout(500));
    await expect(next).rejects.toThrow(DestinationUnavailable);
    expect(test.portal.requests()).toHaveLength(6);
  });

  it('the limits of a plan are obeyed when HubSpot does not report the remaining requests', async () => {
    test = await openPortal({ limits: { burst: 100 } }, { HUBSPOT_BURST: '10' });
    await test.deliver(callsFromNumbers(500, unsearched));
    const more = callsFromNumbers(500, unsearched).map((delivery) => ({
      ...delivery,
      id: `more-${delivery.id}`,
      idempotencyKey: `more-${delivery.idempotencyKey}`,
    }));
    const answer = await test.deliver(more, afterRequests(8));
    expect(test.portal.requests()).toHaveLength(8);
    expect([...answer.values()].filter(({ kind }) => kind === 'delivered')).toHaveLength(200);
    expect([...answer.values()].filter(({ kind }) => kind === 'retry')).toHaveLength(300);
  });

  it('requests stop when other apps have used up nearly all of the limit', async () => {
    test = await openPortal({ limits: { burst: 3 } }, { HUBSPOT_BURST: '100' });
    await expect(
      test.deliver([callFrom(mobileNumber(1), 'one', unsearched)], afterRequests(1)),
    ).rejects.toThrow(DestinationUnavailable);
    expect(test.portal.counts()).toEqual({ 'properties.list': 1 });
  });
});
