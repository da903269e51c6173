import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldStatusWord } from '../../src/domain/call-status.ts';
import type { Stage } from '../../src/domain/stage.ts';
import { isFault, readPush, type IntakeSettings, type PushReading } from '../../src/intake/read-push.ts';

const settings: IntakeSettings = { statusMap: new Map() };
const second = Date.UTC(2025, 9, 4, 23, 20, 30);

function read(body: unknown, pathStage?: Stage, changed: Partial<IntakeSettings> = {}): PushReading {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const reading = readPush(new TextEncoder().encode(text), pathStage, { ...settings, ...changed });
  if (isFault(reading)) throw new Error(`${reading.code}: ${reading.detail}`);
  return reading;
}

function faultOf(text: string): string {
  const reading = readPush(new TextEncoder().encode(text), undefined, settings);
  return isFault(reading) ? reading.code : 'none';
}

describe('two keys for one field', () => {
  const body = { serviceName: '', service_name: 'First', servicename: 'Second', callsessionid: 'c-1' };

  it('two keys for one field use the first value that is not empty', () => {
    expect(read(body).fields.service_name).toBe('First');
  });

  it('two keys for one field keep the other value under extra', () => {
    expect(read(body).extra).toEqual({ servicename: 'Second' });
  });

  it('two keys for one field give a warning about the other value', () => {
    expect(read(body).warnings).toEqual([
      {
        field: 'servicename',
        code: 'repeated_field',
        received: 'Second',
        action: 'an earlier key already set service_name; this value is kept under extra',
      },
    ]);
  });
});

describe('extra', () => {
  it('extra keeps unknown keys and their values unchanged', () => {
    const unknown = { Colour: 'red', 'a b': 1, list: [1, { x: null }], yes: true, toString: 'x' };
    expect(read({ callsessionid: 'c-1', ...unknown }).extra).toEqual(unknown);
  });

  it('extra joins the keys of unknown objects with dots', () => {
    expect(read({ callsessionid: 'c-1', crm: { owner: { id: 7 } } }).extra).toEqual({ 'crm.owner.id': 7 });
  });

  it('extra keeps both values when two unknown keys flatten to the same name', () => {
    expect(read({ callsessionid: 'c-1', 'a.b': 1, a: { b: 2 } }).extra).toEqual({ 'a.b': 1, 'a.b (2)': 2 });
  });

  it('extra omits unknown keys without a value', () => {
    expect(read({ callsessionid: 'c-1', a: null, b: '', c: {}, d: [] }).extra).toEqual({});
  });

  it('extra keeps a value that could not be read', () => {
    expect(read({ callsessionid: 'c-1', 'Call End Time': 'yesterday' }).extra).toEqual({
      'Call End Time': 'yesterday',
    });
  });

  it('extra keeps every digit of a long number', () => {
    expect(read('{"callsessionid":"c-1","lead":12345678901234567890}').extra).toEqual({
      lead: '12345678901234567890',
    });
  });
});

describe('a warning', () => {
  it.each([
    [
      'unreadable_time',
      { callStartTime: '30/02/2025' },
      {
        field: 'callStartTime',
        received: '30/02/2025',
        action: 'could not be read; kept unchanged under extra',
      },
    ],
    [
      'unreadable_duration',
      { call: { Duration: -3 } },
      { field: 'call.Duration', received: '-3', action: 'could not be read; kept unchanged under extra' },
    ],
    [
      'unreadable_json',
      { attributes: '{a}' },
      { field: 'attributes', received: '{a}', action: 'kept as text' },
    ],
    ['not_text', { medium: [1] }, { field: 'medium', received: '[1]', action: 'kept as JSON text' }],
    [
      'replaced_characters',
      { medium: 'a\ud800' },
      {
        field: 'medium',
        received: 'a\ufffd',
        action: 'U+0000 and unpaired surrogates were replaced by U+FFFD',
      },
    ],
    [
      'unknown_status',
      { dialstatus: 'VOICEMAIL' },
      {
        field: 'dialstatus',
        received: 'VOICEMAIL',
        action: 'the status is unknown; add this word to JET_STATUS_MAP to give it one',
      },
    ],
  ])('the warning %s gives the field, the received value and the action taken', (code, body, warning) => {
    expect(read({ callsessionid: 'c-1', ...body }).warnings).toEqual([{ code, ...warning }]);
  });

  it('a warning about the path is listed with the others', () => {
    expect(
      read({ callsessionid: 'c-1', dialtime: 'x', queuename: 'Sales', geolabel: 'NSW' }, 'call_start')
        .warnings,
    ).toMatchObject([{ code: 'unreadable_time' }, { code: 'stage_from_fields' }]);
  });

  it('no warning is given for a status word that JET_STATUS_MAP names', () => {
    const statusMap = new Map([[foldStatusWord('Voice Mail'), 'missed' as const]]);
    expect(
      read({ callsessionid: 'c-1', dialstatus: 'VOICEMAIL' }, undefined, { statusMap }).warnings,
    ).toEqual([]);
  });

  it('no warning is given for a time in the format of JET_TIME_FORMAT', () => {
    const body = { callsessionid: 'c-1', callstarttime: '04/10/2025 23:20:30' };
    expect(read(body, undefined, { timeFormat: 'dd/MM/yyyy HH:mm:ss' })).toMatchObject({
      fields: { started_at: second },
      warnings: [],
    });
  });
});

describe('the stage of a push', () => {
  it('the stage of a push ignores keys without a value', () => {
    const body = { callsessionid: 'c-1', dialstatus: null, duration: '', callendtime: ' ', calledNumber: [] };
    expect(read(body).stage).toBe('call_start');
  });

  it('the stage of a push ignores values that could not be read', () => {
    expect(read({ callsessionid: 'c-1', callendtime: 'yesterday' }).stage).toBe('call_start');
  });

  it.each(['0001-01-01T00:00:00', '1970-01-01T00:00:00', '9999-12-31 23:59:59', '0000-00-00 00:00:00', 0])(
    'the stage of a push ignores %j, which systems write when there is no time',
    (callendtime) => {
      const { stage, warnings, extra } = read({ callsessionid: 'c-1', callendtime, dialtime: callendtime });
      expect(stage).toBe('call_start');
      expect(warnings.map(({ code }) => code)).toEqual(['unreadable_time', 'unreadable_time']);
      expect(extra).toEqual({ callendtime, dialtime: callendtime });
    },
  );

  it('the stage of a push counts the other fields when one time has no value', () => {
    const body = { callsessionid: 'c-1', callendtime: '0001-01-01T00:00:00', duration: 12 };
    expect(read(body).stage).toBe('call_end');
  });

  it('the stage of a push comes from the path when fields are missing', () => {
    expect(read({ callsessionid: 'c-1' }, 'call_end').stage).toBe('call_end');
  });

  it('the stage of a push comes from the fields when several contradict the path', () => {
    const body = { callsessionid: 'c-1', duration: 3, callendtime: '2026-11-19T15:58:07Z' };
    expect(read(body, 'call_answered').stage).toBe('call_end');
  });
});

describe('the id of a push', () => {
  it('the id of a push keeps every digit of a number', () => {
    expect(read('{"callsessionid":12345678901234567891}').callId).toBe('12345678901234567891');
  });

  it('the id of an outbound push is the same for every format of its start', () => {
    const ids = ['2025-10-04T23:20:30Z', '2025-10-05 10:20:30+11:00', 1_759_620_030, '1759620030000'].map(
      (start) => read({ 'call Start Time': start, 'Called Number': '0491 570 156' }).callId,
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('the id of an outbound push with an unreadable start is made from the text of the start', () => {
    expect(read({ 'call Start Time': 'noon', 'Called Number': '0491 570 156' }).callId).toMatch(/^outbound-/);
  });
});

describe('a body that does not identify a call', () => {
  it.each([
    '{}',
    '{"callsessionid":""}',
    '{"callsessionid":null,"originnumber":"0491570156"}',
    '{"callstarttime":"2025-10-04T23:20:30Z"}',
    '{"Called Number":"0491570156"}',
    '{"calls":[{"callsessionid":"c-1"}]}',
  ])('a body that does not identify a call, %s, gets the code not_a_call', (body) => {
    expect(faultOf(body)).toBe('not_a_call');
  });
});

describe('the stored text of a push', () => {
  it('the stored text of a push is exactly the received body', () => {
    expect(read('\ufeff {"callsessionid" : "c-1\\u0000"}\n').body).toBe(
      '\ufeff {"callsessionid" : "c-1\\u0000"}\n',
    );
  });
});

describe('the content hash', () => {
  const body = { callsessionid: 'c-1', originnumber: '0491 570 156', utm: { campaign: 'c' }, other: 1 };
  const hash = read(body).contentHash;

  it('the content hash is 64 hexadecimal digits', () => {
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['spacing', JSON.stringify(body, null, 2)],
    [
      'the order of keys',
      { other: 1, utm: { campaign: 'c' }, originnumber: '0491 570 156', callsessionid: 'c-1' },
    ],
    ['empty keys', { ...body, queuename: '', dialtime: null, unknown: ' ', web: {}, list: [] }],
    [
      'the spelling of keys',
      { callSessionId: 'c-1', origin_number: '0491 570 156', campaign: 'c', other: 1 },
    ],
    ['a byte order mark', `\ufeff${JSON.stringify(body)}`],
    ['escapes', JSON.stringify(body).replace('c-1', '\\u0063-1')],
  ])('the content hash does not depend on %s', (_what, same) => {
    expect(read(same).contentHash).toBe(hash);
  });

  it.each([
    ['a value', { ...body, originnumber: '0491 570 157' }],
    ['an unknown value', { ...body, other: 2 }],
    ['the type of an unknown value', { ...body, other: '1' }],
    ['the id', { ...body, callsessionid: 'C-1' }],
    ['one more value', { ...body, servicename: 'x' }],
    ['one value fewer', { callsessionid: 'c-1', originnumber: '0491 570 156', other: 1 }],
    ['an unknown key', { callsessionid: 'c-1', originnumber: '0491 570 156', campaign: 'c', Other: 1 }],
  ])('the content hash depends on %s', (_what, other) => {
    expect(read(other).contentHash).not.toBe(hash);
  });

  it('the content hash depends on the stage', () => {
    expect(read(body, 'call_answered').contentHash).not.toBe(hash);
  });

  it('the content hash depends on the order of two keys for one field', () => {
    const first = read('{"callsessionid":"c","queuename":"A","queue_name":"B"}');
    const second = read('{"callsessionid":"c","queue_name":"B","queuename":"A"}');
    expect(first.contentHash).not.toBe(second.contentHash);
  });

  it('the content hash differs when text moves from a value to its key', () => {
    expect(read({ callsessionid: 'c', 'a=1\nb': '2' }).contentHash).not.toBe(
      read({ callsessionid: 'c', a: 1, b: '2' }).contentHash,
    );
  });

  it('the content hash differs between a field and an unknown key spelled like our name for it', () => {
    const time = '2025-10-04T23:20:30Z';
    const hashes = ['callstarttime', 'started_at', '=started_at', '==started_at'].map(
      (key) => read({ callsessionid: 'c', [key]: time }).contentHash,
    );
    expect(new Set(hashes).size).toBe(4);
  });

  it('the content hash stays the same across releases, because stored pushes hold it', () => {
    const inner = { webSession: { session_id: 's', googleAnalytics: { clientId: '1.2' } } };
    const full = { ...body, callstarttime: '2025-10-04T23:20:30Z', 'a.b': 1, list: ['x'], ...inner };
    expect(read(full).contentHash).toBe('53601350588725adcd33684a838074bd9b21302eebcb107b8eacdc4149a6b1a6');
  });

  it('the content hash depends on the last digit of a long number', () => {
    expect(read('{"callsessionid":"c","lead":12345678901234567890}').contentHash).not.toBe(
      read('{"callsessionid":"c","lead":12345678901234567891}').contentHash,
    );
  });

  it('the content hash is equal only when fields and extra are equal', () => {
    const keys = fc.constantFrom(
      ...['queuename', 'queue_name', 'QUEUE', 'web.source', 'source', 'x', 'X', 'a.b'],
      ...[
        'callstarttime',
        'started_at',
        '=started_at',
        '==started_at',
        'call_session_id',
        'duration_seconds',
      ],
    );
    const values = fc.constantFrom('1', '2', '', null, ['1']);
    const bodies = fc.uniqueArray(fc.tuple(keys, values), { selector: ([key]) => key, maxLength: 4 });
    fc.assert(
      fc.property(
        bodies.chain((entries) =>
          fc.tuple(
            fc.constant(entries),
            fc.shuffledSubarray(entries, { minLength: entries.length, maxLength: entries.length }),
          ),
        ),
        ([first, shuffled]) => {
          const [a, b] = [first, shuffled].map((entries) =>
            read({ callsessionid: 'c-1', ...Object.fromEntries(entries) }),
          );
          fc.pre(a?.contentHash === b?.contentHash);
          expect({ fields: a?.fields, extra: a?.extra }).toEqual({ fields: b?.fields, extra: b?.extra });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('an end time before the start time', () => {
  const times = { callStartTime: '2026-11-19T15:58:07Z', callEndTime: '2026-11-19T14:58:07Z' };

  it('an end time before the start time gives a warning', () => {
    expect(read({ callsessionid: 'c-1', ...times }).warnings).toEqual([
      {
        field: 'callEndTime',
        code: 'end_before_start',
        received: '2026-11-19T14:58:07Z',
        action: 'kept, but the call starts after this time: the sender must check its clocks and time zones',
      },
    ]);
  });

  it('an end time before the start time is kept', () => {
    expect(read({ callsessionid: 'c-1', ...times }).fields.ended_at).toBe(Date.UTC(2026, 10, 19, 14, 58, 7));
  });

  it('an end time gives no warning when start and end are the same moment in different zones', () => {
    const same = { callstarttime: '2026-11-19T15:58:07Z', callendtime: '2026-11-20T02:58:07+11:00' };
    expect(read({ callsessionid: 'c-1', ...same }).warnings).toEqual([]);
  });
});

describe('a long text', () => {
  it.each([
    ['gclid', 'gclid', 512],
    ['campaign', 'campaign', 1_024],
    ['sessionId', 'session_id', 191],
    ['landingPageUrl', 'landing_page_url', 16_000],
    ['channel', 'channel', 64],
    ['originNumber', 'origin_number', 128],
  ] as const)(
    'a long text that exceeds its column in jet_calls gives a warning and is kept in full: %s',
    (key, name, lengthMax) => {
      const long = 'x'.repeat(lengthMax + 1);
      const { fields, warnings } = read({ callsessionid: 'c-1', [key]: long });
      expect(fields[name]).toBe(long);
      expect(warnings).toEqual([
        {
          field: key,
          code: 'too_long',
          received: 'x'.repeat(Math.min(100, long.length)),
          action: `kept in full in the store; jet_calls shows only the first ${lengthMax} characters`,
        },
      ]);
    },
  );

  it.each([
    ['gclid', 512],
    ['campaign', 1_024],
    ['callsessionid', 1_000],
    ['attributes', 100_000],
    ['unknown', 100_000],
  ] as const)('a long text that fits its column gives no warning: %s of %d characters', (key, length) => {
    const body = { callsessionid: 'c-1', [key]: `"${'x'.repeat(length - 2)}"` };
    expect(read(body).warnings).toEqual([]);
  });
});
