import { describe, expect, it } from 'vitest';
import { createCallCompleter, type Call, type LandingSettings } from '../../src/domain/call.ts';
import type { CallRecord } from '../../src/domain/fold.ts';
import type { CallFields } from '../../src/domain/jet-fields.ts';

const start = Date.UTC(2025, 9, 4, 15, 59, 30);
const received = start + 400;

const settings: LandingSettings = {
  timeZone: 'Australia/Sydney',
  statusMap: new Map([['voicemail', 'missed']]),
  defaultCountry: 'AU',
};

function complete(
  fields: CallFields,
  record: Partial<CallRecord> = {},
  changed: Partial<LandingSettings> = {},
): Call {
  return createCallCompleter({ ...settings, ...changed })({
    id: 'c-1',
    direction: 'inbound',
    stage: 'call_end',
    fields,
    extra: {},
    answerReceivedAtMs: undefined,
    firstReceivedAtMs: received,
    lastReceivedAtMs: received + 60_000,
    ...record,
  });
}

describe('a completed call', () => {
  it('a completed call has the fields of its pushes, unchanged', () => {
    const fields = { origin_number: '0491 570 156', service_name: 'Website', duration_seconds: 61 };
    expect(complete(fields)).toMatchObject(fields);
  });

  it('a completed call has the values of the folded call', () => {
    expect(complete({}, { extra: { colour: 'red' }, answerReceivedAtMs: received + 9 })).toMatchObject({
      call_id: 'c-1',
      direction: 'inbound',
      stage: 'call_end',
      extra: { colour: 'red' },
      answer_received_at: received + 9,
      first_received_at: received,
      last_received_at: received + 60_000,
    });
  });

  it("a completed call shows the start in the operator's zone", () => {
    expect(complete({ started_at: start }).started_at_local).toMatchObject({
      text: '2025-10-05 01:59:30.000',
      offset: '+10:00',
    });
  });

  it('a completed call shows an end after a change of the clocks with the new offset', () => {
    expect(complete({ started_at: start, ended_at: start + 60_000 }).ended_at_local).toMatchObject({
      text: '2025-10-05 03:00:30.000',
      offset: '+11:00',
    });
  });

  it('a completed call has no local time for a missing instant', () => {
    expect(complete({}).dial_time_local).toBeUndefined();
  });

  it('a completed call names the zone of its local times', () => {
    expect(complete({}, {}, { timeZone: 'Australia/Perth' }).time_zone).toBe('Australia/Perth');
  });
});

describe('the start of a call', () => {
  it('the start of a call is the start that Jet sent', () => {
    expect(complete({ started_at: start })).toMatchObject({
      started_at: start,
      started_at_estimated: false,
    });
  });

  it('the start of a call is estimated from the first receipt when no push has a readable start', () => {
    expect(complete({})).toMatchObject({ started_at: received, started_at_estimated: true });
  });
});

describe('the status of a call', () => {
  it('the status of a call uses the words of JET_STATUS_MAP', () => {
    expect(complete({ dial_status: 'Voice Mail' }).status).toBe('missed');
  });

  it('the status of a call is in_progress after an answered push without a dial status', () => {
    expect(complete({}, { stage: 'call_answered' }).status).toBe('in_progress');
  });

  it('the status of a call is unknown after an end push without a dial status', () => {
    expect(complete({}).status).toBe('unknown');
  });
});

describe('the counterpart', () => {
  const fields = {
    origin_number: '0491 570 156',
    phone_number: '1800 160 401',
    called_number: '(02) 5550 1234',
    calling_number: '0491 570 157',
  };

  it('the counterpart of an inbound call is its origin', () => {
    expect(complete(fields).counterpart_e164).toBe('+61491570156');
  });

  it('the counterpart of an outbound call is the called number', () => {
    expect(complete(fields, { direction: 'outbound' }).counterpart_e164).toBe('+61255501234');
  });

  it('the counterpart is undefined for an extension', () => {
    expect(complete({ origin_number: '201' }).counterpart_e164).toBeUndefined();
  });

  it('the counterpart comes together with the E.164 form of every number', () => {
    expect(complete(fields)).toMatchObject({
      origin_number_e164: '+61491570156',
      phone_number_e164: '+611800160401',
      called_number_e164: '+61255501234',
      calling_number_e164: '+61491570157',
    });
  });
});

describe('an inbound call', () => {
  it.each([
    ['a word for a hidden number', { origin_number: 'anonymous' }, true],
    ['no origin number', {}, true],
    ['a number', { origin_number: '0491 570 156' }, false],
    ['an extension as origin', { origin_number: '201' }, false],
  ])('an inbound call with %s has the expected "withheld"', (_what, fields, withheld) => {
    expect(complete(fields).withheld).toBe(withheld);
  });
});

describe('an outbound call', () => {
  it('an outbound call is never withheld', () => {
    expect(complete({}, { direction: 'outbound' }).withheld).toBe(false);
  });
});

describe('the waiting times', () => {
  it('the waiting times run from the start and from the queue until the answering point rang', () => {
    const times = { started_at: start, queued_time: start + 5_000, dial_time: start + 12_400 };
    expect(complete(times)).toMatchObject({ wait_seconds: 12, queue_seconds: 7 });
  });

  it('the waiting times are 0 when the answering point rang immediately', () => {
    expect(complete({ started_at: start, dial_time: start }).wait_seconds).toBe(0);
  });

  it('the waiting times are not counted from an estimated start', () => {
    expect(complete({ dial_time: received + 5_000 }).wait_seconds).toBeUndefined();
  });

  it('the waiting times are undefined when no answering point rang', () => {
    expect(complete({ started_at: start, queued_time: start })).toMatchObject({
      wait_seconds: undefined,
      queue_seconds: undefined,
    });
  });

  it('the waiting times are undefined when the answering point rang before the start', () => {
    expect(complete({ started_at: start, dial_time: start - 1 }).wait_seconds).toBeUndefined();
  });
});
