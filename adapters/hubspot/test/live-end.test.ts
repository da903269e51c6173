import { afterEach, describe, expect, it } from 'vitest';
import { liveEndsAfterMs } from '../../../src/domain/stage.ts';
import {
  afterwards,
  callFrom,
  lookedAtAgain,
  mobileNumber,
  openPortal,
  type PortalUnderTest,
} from './portal-under-test.ts';

let test: PortalUnderTest;
afterEach(() => test.close());

const number = mobileNumber(1);
const contacts = [{ id: '9001', properties: { phone: number } }];
const startFields = {
  stage: 'call_start',
  status: 'in_progress',
  dial_status: undefined,
  duration_seconds: undefined,
  ended_at: undefined,
  ended_at_local: undefined,
} as const;

async function landedAtStart() {
  test = await openPortal({ contacts }, { HUBSPOT_LOG: 'live' });
  const started = callFrom(number, 'live', startFields);
  const outcome = (await test.deliver([started])).get('live');
  expect(test.callsOf(started)).toMatchObject([{ properties: { hs_call_status: 'RINGING' } }]);
  return { started, outcome };
}

describe('a live call in HubSpot', () => {
  it('a live call no longer shows that it rings after it ended with an unknown result', async () => {
    const { started, outcome } = await landedAtStart();
    await test.deliver([
      afterwards(started, outcome, { ...callFrom(number, 'live').call, status: 'unknown' }),
    ]);
    expect(test.callsOf(started)).toMatchObject([{ properties: { hs_call_status: '' } }]);
  });

  it('a live call whose end never came has a revisit four hours after its last push, and is closed', async () => {
    const { started, outcome } = await landedAtStart();
    const last = started.call.last_received_at;
    expect(outcome).toMatchObject({ revisitAfterMs: last + liveEndsAfterMs - test.clock() });
    test.clock.moveBy(liveEndsAfterMs + 1);
    const closed = (await test.deliver([lookedAtAgain(started, outcome)])).get('live');
    expect(closed).toMatchObject({ effect: 'updated', revisitAfterMs: undefined });
    const [call] = test.callsOf(started);
    expect(call?.properties).toMatchObject({
      hs_call_status: '',
      hs_call_body: expect.stringContaining('never came') as string,
    });
    test.portal.forget();
    await test.deliver([lookedAtAgain(started, closed)]);
    expect(test.portal.counts()['calls.update']).toBeUndefined();
  });

  it('a live call that ended without a result clears no empty property', async () => {
    test = await openPortal({ contacts });
    const delivery = callFrom(number, 'one', { status: 'unknown' });
    const outcome = (await test.deliver([delivery])).get('one');
    expect(test.callsOf(delivery)[0]?.properties).not.toHaveProperty('hs_call_status');
    test.portal.forget();
    await test.deliver([afterwards(delivery, outcome)]);
    expect(test.portal.counts()).toEqual({});
  });

  it('a live call keeps its first start when a later push names another', async () => {
    const { started, outcome } = await landedAtStart();
    const before = test.callsOf(started)[0]?.properties.hs_timestamp;
    const { call } = callFrom(number, 'live');
    await test.deliver([afterwards(started, outcome, { ...call, started_at: call.started_at - 60_000 })]);
    expect(test.callsOf(started)).toMatchObject([
      { properties: { hs_call_status: 'COMPLETED', hs_timestamp: before } },
    ]);
  });
});
