import { afterEach, describe, expect, it } from 'vitest';
import { DestinationUnavailable } from '../../../src/contract/index.ts';
import {
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

// A burst takes ten seconds to be given back: the time for a batch is over long before.
describe('the limits of a plan', () => {
  it('are kept to 80 %: no request is refused, and what does not fit waits', async () => {
    test = await openPortal({ limits: { burst: 8 } }, { HUBSPOT_BURST: '10' });
    // The stand-in tells how much is left, and the adapter leaves the last of it to others.
    const answer = await test.deliver(callsFromNumbers(500, unsearched), AbortSignal.timeout(3_000));
    expect(test.portal.requests()).toHaveLength(6);
    expect(statuses()).toEqual(new Set([200, 201]));
    expect([...answer.values()].every(({ kind }) => kind === 'delivered')).toBe(true);
    const next = test.deliver([callFrom(mobileNumber(1), 'next', unsearched)], AbortSignal.timeout(500));
    await expect(next).rejects.toThrow(DestinationUnavailable);
    expect(test.portal.requests()).toHaveLength(6);
  });

  it('are kept to where HubSpot does not say what is left', async () => {
    test = await openPortal({ limits: { burst: 100 } }, { HUBSPOT_BURST: '10' });
    await test.deliver(callsFromNumbers(500, unsearched));
    const more = callsFromNumbers(500, unsearched).map((delivery) => ({
      ...delivery,
      id: `more-${delivery.id}`,
      idempotencyKey: `more-${delivery.idempotencyKey}`,
    }));
    const answer = await test.deliver(more, AbortSignal.timeout(1_000));
    expect(test.portal.requests()).toHaveLength(8);
    expect([...answer.values()].filter(({ kind }) => kind === 'delivered')).toHaveLength(200);
    expect([...answer.values()].filter(({ kind }) => kind === 'retry')).toHaveLength(300);
  });

  it('leave HubSpot alone when others have used up nearly all of it', async () => {
    test = await openPortal({ limits: { burst: 3 } }, { HUBSPOT_BURST: '100' });
    await expect(
      test.deliver([callFrom(mobileNumber(1), 'one', unsearched)], AbortSignal.timeout(500)),
    ).rejects.toThrow(DestinationUnavailable);
    expect(test.portal.counts()).toEqual({ 'properties.list': 1 });
  });
});
