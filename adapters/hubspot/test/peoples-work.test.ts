import { afterEach, describe, expect, it } from 'vitest';
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
const contact = { id: '9001', properties: { phone: number, associatedcompanyid: '7001' } };
const company = { id: '7001', properties: { name: 'Acme' } };
const startFields = {
  stage: 'call_start',
  status: 'in_progress',
  dial_status: undefined,
  duration_seconds: undefined,
  ended_at: undefined,
  ended_at_local: undefined,
} as const;
const ended = callFrom(number, 'live').call;

/** A call that landed at its start, and the delivery of its end. */
async function landedAtStart() {
  test = await openPortal({ contacts: [contact], companies: [company] }, { HUBSPOT_LOG: 'live' });
  const started = callFrom(number, 'live', startFields);
  const outcome = (await test.deliver([started])).get('live');
  const [call] = test.callsOf(started);
  if (call === undefined) throw new Error('It did not land');
  return { started, call, end: afterwards(started, outcome, ended) };
}

describe("people's work in HubSpot", () => {
  it('a call that nobody changed shows every value of its end', async () => {
    const { started, end } = await landedAtStart();
    const [before] = test.callsOf(started);
    expect(before?.properties).toMatchObject({ hs_call_status: 'RINGING' });
    await test.deliver([end]);
    expect(test.callsOf(started)).toMatchObject([
      {
        id: before?.id,
        properties: {
          hs_call_status: 'COMPLETED',
          hs_call_duration: '192000',
          hs_call_disposition: 'f240bbac-87c9-4f6e-bf70-924b57d47db7',
          hs_call_title: expect.stringContaining('answered 3 min 12 s') as string,
          hs_timestamp: before?.properties.hs_timestamp,
        },
      },
    ]);
  });

  it('a changed title, body, owner and link stay while the outcome is updated', async () => {
    const { started, call, end } = await landedAtStart();
    const theirs = { hs_call_title: 'Mrs Ngo about the roof', hs_call_body: 'Call back on Monday' };
    test.portal.person.edit('calls', call.id, theirs);
    const other = test.portal.person.add('contacts', { properties: { email: 'ngo@example.com' } });
    test.portal.person.link(call.id, { contacts: [other], companies: [] });
    const outcome = (await test.deliver([end])).get('live');
    expect(test.callsOf(started)).toMatchObject([
      {
        properties: { ...theirs, hs_call_status: 'COMPLETED', hs_call_duration: '192000' },
        contacts: [other],
        companies: [],
      },
    ]);
    expect(outcome).toMatchObject({
      effect: 'updated',
      trace: { dropped: { hs_call_title: { why: 'somebody changed it in HubSpot' } } },
    });
  });

  it('a body that HubSpot only reformatted does not count as changed', async () => {
    test = await openPortal({ contacts: [contact], companies: [company] }, { HUBSPOT_LOG: 'live' });
    const service_name = `Bob's "best" line`;
    const started = callFrom(number, 'live', { ...startFields, service_name });
    const outcome = (await test.deliver([started])).get('live');
    const answer = await test.deliver([afterwards(started, outcome, { ...ended, service_name })]);
    expect(answer.get('live')).toMatchObject({ trace: { dropped: {} } });
    expect(test.callsOf(started)[0]?.properties.hs_call_body).toContain('answered');
  });

  it('a changed outcome stays as long as the call does not change', async () => {
    test = await openPortal({ contacts: [contact], companies: [company] });
    const delivery = callFrom(number, 'ended');
    const outcome = (await test.deliver([delivery])).get('ended');
    const [call] = test.callsOf(delivery);
    const theirs = { hs_call_disposition: 'b2cf5968-551e-4856-9783-52b3da59a7d0' };
    test.portal.person.edit('calls', call?.id ?? '', theirs);
    await test.deliver([afterwards(delivery, outcome, { duration_seconds: 200 })]);
    expect(test.callsOf(delivery)[0]?.properties).toMatchObject({ ...theirs, hs_call_duration: '200000' });
  });

  it('a deleted call is not created again when only its outcome changes', async () => {
    test = await openPortal({ contacts: [contact], companies: [company], missingOnUpdate: 'silent' });
    const delivery = callFrom(number, 'ended');
    const outcome = (await test.deliver([delivery])).get('ended');
    test.portal.person.remove('calls', test.callsOf(delivery)[0]?.id ?? '');
    const { trace } = outcome as unknown as { trace: { written: Record<string, string> } };
    const later = afterwards(delivery, outcome, { status: 'missed' });
    const written = { ...trace.written, hs_call_title: '', hs_call_body: '' };
    const answer = await test.deliver([{ ...later, landedTrace: { ...trace, written } }]);
    expect(answer.get('ended')).toMatchObject({ kind: 'skipped' });
    expect(test.portal.records('calls')).toEqual([]);
  });
});

describe('a contact that is created after the call', () => {
  it('a contact that is created after the call gets it at a revisit, with its company', async () => {
    test = await openPortal({ companies: [company] });
    const delivery = callFrom(number, 'late');
    const outcome = (await test.deliver([delivery])).get('late');
    expect(outcome).toMatchObject({ revisitAfterMs: expect.any(Number) as number });
    const id = test.portal.person.add('contacts', contact);
    const answer = await test.deliver([lookedAtAgain(delivery, outcome)]);
    expect(answer.get('late')).toMatchObject({ effect: 'updated', revisitAfterMs: undefined });
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: [id], companies: ['7001'] }]);
  });
});
