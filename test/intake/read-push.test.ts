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

describe('of two keys for one field', () => {
  const body = { serviceName: '', service_name: 'First', servicename: 'Second', callsessionid: 'c-1' };

  it('the first filled one wins', () => {
    expect(read(body).fields.service_name).toBe('First');
  });

  it('the other goes to extra', () => {
    expect(read(body).extra).toEqual({ servicename: 'Second' });
  });

  it('a warning tells of the other', () => {
    expect(read(body).warnings).toEqual([
      {
        field: 'servicename',
        code: 'repeated_field',
        received: 'Second',
        action: 'an earlier key gave service_name its value; kept under extra',
      },
    ]);
  });
});

describe('extra', () => {
  it('keeps unknown keys and their values as they came', () => {
    const unknown = { Colour: 'red', 'a b': 1, list: [1, { x: null }], yes: true, toString: 'x' };
    expect(read({ callsessionid: 'c-1', ...unknown }).extra).toEqual(unknown);
  });

  it('joins the keys of unknown objects with dots', () => {
    expect(read({ callsessionid: 'c-1', crm: { owner: { id: 7 } } }).extra).toEqual({ 'crm.owner.id': 7 });
  });

  it('keeps both of two unknown keys that come out alike', () => {
    expect(read({ callsessionid: 'c-1', 'a.b': 1, a: { b: 2 } }).extra).toEqual({ 'a.b': 1, 'a.b (2)': 2 });
  });

  it('leaves out unknown keys without a value', () => {
    expect(read({ callsessionid: 'c-1', a: null, b: '', c: {}, d: [] }).extra).toEqual({});
  });

  it('keeps a value that could not be read', () => {
    expect(read({ callsessionid: 'c-1', 'Call End Time': 'yesterday' }).extra).toEqual({
      'Call End Time': 'yesterday',
    });
  });

  it('keeps every digit of a long number', () => {
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
      { field: 'callStartTime', received: '30/02/2025', action: 'kept as it came, under extra' },
    ],
    [
      'unreadable_duration',
      { call: { Duration: -3 } },
      { field: 'call.Duration', received: '-3', action: 'kept as it came, under extra' },
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
      { field: 'medium', received: 'a\ufffd', action: 'U+0000 and unpaired surrogates became U+FFFD' },
    ],
    [
      'unknown_status',
      { dialstatus: 'VOICEMAIL' },
      {
        field: 'dialstatus',
        received: 'VOICEMAIL',
        action: 'status is unknown; JET_STATUS_MAP can name one for this word',
      },
    ],
  ])('%s names the field, what came and what was done', (code, body, warning) => {
    expect(read({ callsessionid: 'c-1', ...body }).warnings).toEqual([{ code, ...warning }]);
  });

  it('about the path stands among the others', () => {
    expect(
      read({ callsessionid: 'c-1', dialtime: 'x', queuename: 'Sales', geolabel: 'NSW' }, 'call_start')
        .warnings,
    ).toMatchObject([{ code: 'unreadable_time' }, { code: 'stage_from_fields' }]);
  });

  it("is not given for a status of the operator's own", () => {
    const statusMap = new Map([[foldStatusWord('Voice Mail'), 'missed' as const]]);
    expect(
      read({ callsessionid: 'c-1', dialstatus: 'VOICEMAIL' }, undefined, { statusMap }).warnings,
    ).toEqual([]);
  });

  it("is not given for a time in the operator's format", () => {
    const body = { callsessionid: 'c-1', callstarttime: '04/10/2025 23:20:30' };
    expect(read(body, undefined, { timeFormat: 'dd/MM/yyyy HH:mm:ss' })).toMatchObject({
      fields: { started_at: second },
      warnings: [],
    });
  });
});

describe('the stage of a push', () => {
  it('counts only keys that hold a value', () => {
    const body = { callsessionid: 'c-1', dialstatus: null, duration: '', callendtime: ' ', calledNumber: [] };
    expect(read(body).stage).toBe('call_start');
  });

  it('counts no value that could not be read', () => {
    expect(read({ callsessionid: 'c-1', callendtime: 'yesterday' }).stage).toBe('call_start');
  });

  it.each(['0001-01-01T00:00:00', '1970-01-01T00:00:00', '9999-12-31 23:59:59', '0000-00-00 00:00:00', 0])(
    'does not count %j, which marks that there is no time',
    (callendtime) => {
      const { stage, warnings, extra } = read({ callsessionid: 'c-1', callendtime, dialtime: callendtime });
      expect(stage).toBe('call_start');
      expect(warnings.map(({ code }) => code)).toEqual(['unreadable_time', 'unreadable_time']);
      expect(extra).toEqual({ callendtime, dialtime: callendtime });
    },
  );

  it('counts a mark for no time only against its own field', () => {
    const body = { callsessionid: 'c-1', callendtime: '0001-01-01T00:00:00', duration: 12 };
    expect(read(body).stage).toBe('call_end');
  });

  it('is given by the path where fields may be missing', () => {
    expect(read({ callsessionid: 'c-1' }, 'call_end').stage).toBe('call_end');
  });

  it('is given by the fields where several contradict the path', () => {
    const body = { callsessionid: 'c-1', duration: 3, callendtime: '2026-11-19T15:58:07Z' };
    expect(read(body, 'call_answered').stage).toBe('call_end');
  });
});

describe('the id of a push', () => {
  it('keeps every digit of a number', () => {
    expect(read('{"callsessionid":12345678901234567891}').callId).toBe('12345678901234567891');
  });

  it('of an outbound call is the same for every way to write its start', () => {
    const ids = ['2025-10-04T23:20:30Z', '2025-10-05 10:20:30+11:00', 1_759_620_030, '1759620030000'].map(
      (start) => read({ 'call Start Time': start, 'Called Number': '0491 570 156' }).callId,
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('of an outbound call whose start cannot be read is made of its text', () => {
    expect(read({ 'call Start Time': 'noon', 'Called Number': '0491 570 156' }).callId).toMatch(/^outbound-/);
  });
});

describe('a body that names no call', () => {
  it.each([
    '{}',
    '{"callsessionid":""}',
    '{"callsessionid":null,"originnumber":"0491570156"}',
    '{"callstarttime":"2025-10-04T23:20:30Z"}',
    '{"Called Number":"0491570156"}',
    '{"calls":[{"callsessionid":"c-1"}]}',
  ])('%s is not a call', (body) => {
    expect(faultOf(body)).toBe('not_a_call');
  });
});

describe('the text of a push', () => {
  it('is its body to the letter', () => {
    expect(read('\ufeff {"callsessionid" : "c-1\\u0000"}\n').body).toBe(
      '\ufeff {"callsessionid" : "c-1\\u0000"}\n',
    );
  });
});

describe('the content hash', () => {
  const body = { callsessionid: 'c-1', originnumber: '0491 570 156', utm: { campaign: 'c' }, other: 1 };
  const hash = read(body).contentHash;

  it('is 64 hexadecimal digits', () => {
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
  ])('does not depend on %s', (_what, same) => {
    expect(read(same).contentHash).toBe(hash);
  });

  it.each([
    ['a value', { ...body, originnumber: '0491 570 157' }],
    ['an unknown value', { ...body, other: 2 }],
    ['the type of an unknown value', { ...body, other: '1' }],
    ['the id', { ...body, callsessionid: 'C-1' }],
    ['one more value', { ...body, servicename: 'x' }],
    ['one value less', { callsessionid: 'c-1', originnumber: '0491 570 156', other: 1 }],
    ['an unknown key', { callsessionid: 'c-1', originnumber: '0491 570 156', campaign: 'c', Other: 1 }],
  ])('depends on %s', (_what, other) => {
    expect(read(other).contentHash).not.toBe(hash);
  });

  it('depends on the stage', () => {
    expect(read(body, 'call_answered').contentHash).not.toBe(hash);
  });

  it('depends on which of two keys for one field stands first', () => {
    const first = read('{"callsessionid":"c","queuename":"A","queue_name":"B"}');
    const second = read('{"callsessionid":"c","queue_name":"B","queuename":"A"}');
    expect(first.contentHash).not.toBe(second.contentHash);
  });

  it('does not mix up a value with the end of a key', () => {
    expect(read({ callsessionid: 'c', 'a=1\nb': '2' }).contentHash).not.toBe(
      read({ callsessionid: 'c', a: 1, b: '2' }).contentHash,
    );
  });

  it('does not take an unknown key for the field that we call so', () => {
    const time = '2025-10-04T23:20:30Z';
    const hashes = ['callstarttime', 'started_at', '=started_at', '==started_at'].map(
      (key) => read({ callsessionid: 'c', [key]: time }).contentHash,
    );
    expect(new Set(hashes).size).toBe(4);
  });

  it('is the one that stored pushes were given', () => {
    const inner = { webSession: { session_id: 's', googleAnalytics: { clientId: '1.2' } } };
    const full = { ...body, callstarttime: '2025-10-04T23:20:30Z', 'a.b': 1, list: ['x'], ...inner };
    expect(read(full).contentHash).toBe('53601350588725adcd33684a838074bd9b21302eebcb107b8eacdc4149a6b1a6');
  });

  it('depends on the last digit of a long number', () => {
    expect(read('{"callsessionid":"c","lead":12345678901234567890}').contentHash).not.toBe(
      read('{"callsessionid":"c","lead":12345678901234567891}').contentHash,
    );
  });

  it('is the same for two readings only where fields and extra are the same', () => {
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

describe('an end before its start', () => {
  const times = { callStartTime: '2026-11-19T15:58:07Z', callEndTime: '2026-11-19T14:58:07Z' };

  it('is a warning', () => {
    expect(read({ callsessionid: 'c-1', ...times }).warnings).toEqual([
      {
        field: 'callEndTime',
        code: 'end_before_start',
        received: '2026-11-19T14:58:07Z',
        action: 'kept, though the call starts later: the sender must check its clocks and time zones',
      },
    ]);
  });

  it('is kept', () => {
    expect(read({ callsessionid: 'c-1', ...times }).fields.ended_at).toBe(Date.UTC(2026, 10, 19, 14, 58, 7));
  });

  it('is none where both name the same moment', () => {
    const same = { callstarttime: '2026-11-19T15:58:07Z', callendtime: '2026-11-20T02:58:07+11:00' };
    expect(read({ callsessionid: 'c-1', ...same }).warnings).toEqual([]);
  });
});

describe('a text that is longer than its column in jet_calls', () => {
  it.each([
    ['gclid', 'gclid', 512],
    ['campaign', 'campaign', 1_024],
    ['sessionId', 'session_id', 191],
    ['landingPageUrl', 'landing_page_url', 16_000],
    ['channel', 'channel', 64],
    ['originNumber', 'origin_number', 128],
  ] as const)('is a warning, and kept whole: %s', (key, name, lengthMax) => {
    const long = 'x'.repeat(lengthMax + 1);
    const { fields, warnings } = read({ callsessionid: 'c-1', [key]: long });
    expect(fields[name]).toBe(long);
    expect(warnings).toEqual([
      {
        field: key,
        code: 'too_long',
        received: 'x'.repeat(Math.min(100, long.length)),
        action: `kept whole in the store; jet_calls shows its first ${lengthMax} characters`,
      },
    ]);
  });

  it.each([
    ['gclid', 512],
    ['campaign', 1_024],
    ['callsessionid', 1_000],
    ['attributes', 100_000],
    ['unknown', 100_000],
  ] as const)('is none: %s of %d characters', (key, length) => {
    const body = { callsessionid: 'c-1', [key]: `"${'x'.repeat(length - 2)}"` };
    expect(read(body).warnings).toEqual([]);
  });
});
