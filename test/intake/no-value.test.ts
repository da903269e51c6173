import { describe, expect, it } from 'vitest';
import { jetFields, type JsonValue } from '../../src/domain/jet-fields.ts';
import { isNoValue } from '../../src/intake/no-value.ts';
import { isFault, readPush, type PushReading } from '../../src/intake/read-push.ts';

const facts = {
  callstarttime: '2026-11-19T15:58:07Z',
  originnumber: '0412345678',
  phonenumber: '1300555123',
};

function read(body: Record<string, unknown>): PushReading {
  const reading = readPush(Buffer.from(JSON.stringify(body)), undefined, { statusMap: new Map() });
  if (isFault(reading)) throw new Error(reading.detail);
  return reading;
}

function hasNoValue(value: JsonValue, name: string): boolean {
  const field = jetFields.find((one) => one.name === name);
  if (field === undefined) throw new Error(`No field ${name}`);
  return isNoValue(value, field);
}

const noValues = [
  ...[
    'null',
    'NULL',
    'Nil',
    'none',
    'undefined',
    'n/a',
    'N.A.',
    '#N/A',
    'na',
    'NaN',
    '-',
    '--',
    '—',
    'false',
  ],
  ...[
    'Invalid Date',
    '{{x}}',
    '{{ call.id }}',
    '${x}',
    '%x%',
    '<x>',
    '{callsessionid}',
    '[[id]]',
    '<%= id %>',
  ],
  ...[
    '(null)',
    '[none]',
    "'N/A'",
    '"undefined"',
    ' null ',
    '{null}',
    'not available',
    '[object Object]',
    '""',
  ],
  ...['@x@', '@caller@', '$(x)', '$(caller)', '%caller%', '<caller>', '<callerName>', '<CALLER_ID>', '<<x>>'],
  ...['{%x%}', '{% x %}', '@{x}', '{{{x}}}', '__x__', '*|PHONE|*', '%%x%%', '%s', '{0}', '{keyword:Solar}'],
  ...[
    'ＮＵＬＬ',
    'ｎ／ａ',
    '＜ｘ＞',
    '｛｛ｘ｝｝',
    'N\u200bULL',
    '\ufeffnull',
    'nul\u00adl',
    '\u200b',
    '\u2060{{x}}',
  ],
  ...['undefined undefined', 'null null', '[object Null]', '\\N', '#NULL!', '<nil>', '…'],
  '00000000-0000-0000-0000-000000000000',
  '{00000000-0000-0000-0000-000000000000}',
];

describe('a text that means "no value"', () => {
  it.each(jetFields.filter(({ kind }) => kind !== 'json').map(({ name }) => name))(
    'a text that means "no value" never sets %s, in any spelling, and is kept under extra',
    (name) => {
      const field = jetFields.find((one) => one.name === name);
      const key = field?.jetName ?? '';
      for (const text of noValues.filter((one) => one !== 'false' || name !== 'internal_referrer')) {
        const { fields, extra } = read({ ...facts, callsessionid: 'c', servicename: 'S', [key]: text });
        expect([text, fields[name as never]]).toEqual([text, undefined]);
        expect([text, extra[key]]).toEqual([text, text]);
      }
    },
  );

  it.each([
    ...['0', 0, '-1', '00', 'visit-{{id}}', 'visit-$(id)', 'call-undefined', 'null_null', 'unknown', true],
    ...[
      '0001-01-01T00:00:00Z',
      '1970-01-01 00:00:00',
      '1970-01-01',
      '0000-00-00',
      '1/1/0001 12:00:00 AM',
      '?',
      ':',
      ' * ',
    ],
    ...['session_id', 'sessionId', ['undefined'], [null], 'urn:uuid:00000000-0000-0000-0000-000000000000'],
  ] as JsonValue[])('a text that means "no value" in an id is also %j', (value) => {
    expect(hasNoValue(value, 'session_id')).toBe(true);
  });

  it.each([
    'none-of-7',
    '2026-11-19T15:58:07Z',
    '12-34-5678',
    '1-1-1970',
    '0.1',
    'null-1234',
    'A-B',
    '<abc@host>',
    ['c-1'],
    'e3b0',
  ])('the text %j in an id does not mean "no value"', (value) => {
    expect(hasNoValue(value, 'call_session_id')).toBe(false);
  });

  it.each(
    jetFields
      .map(({ name }) => name)
      .filter((name) => !/^(?:ivr_prompts|ivr_labels|keywords|landing_page_keywords|attributes)$/.test(name)),
  )('a variable name in square brackets in %s means "no value"', (name) => {
    for (const text of ['[x]', '[caller]', '[callerName]', '[caller_id]', '([caller])', '"[caller]"'])
      expect([text, hasNoValue(text, name)]).toEqual([text, true]);
  });

  it.each(['ivr_labels', 'keywords'])(
    'a word in square brackets in %s is a value, because the brackets belong to it',
    (name) => {
      expect(hasNoValue('[solar]', name)).toBe(false);
    },
  );

  it.each(['origin_number', 'account_number', 'gclid', 'landing_page_url'])(
    'a placeholder of several words in %s means "no value", because people do not fill it in by hand',
    (name) => {
      for (const text of [
        '<Caller Number>',
        '[Caller Number]',
        '{Caller Number}',
        '$caller',
        'Empty',
        'No Value',
      ])
        expect([text, hasNoValue(text, name)]).toEqual([text, true]);
    },
  );

  it.each([
    'extension_name',
    'answering_point',
    'service_name',
    'queue_name',
    'dial_widget_name',
    'campaign',
  ])('a name that a person can have written into %s is a value', (name) => {
    const names = [
      'Nat',
      'Empty',
      'No Value',
      '<Jane Smith>',
      '<Jane>',
      '{Jane Smith}',
      '[Jane Smith]',
      '[NSW]',
    ];
    for (const text of [
      ...names,
      '<b>Jane</b>',
      '<img src=x>',
      'Nadia',
      'Na Li',
      '$ave',
      '@home',
      '*Sales*',
      'Ｎａｄｉａ',
    ])
      expect([text, hasNoValue(text, name)]).toEqual([text, false]);
  });

  it.each(['<anonymous>', '[Withheld]', '<Caller ID withheld>'])(
    'the text %s in a number does not mean "no value", because it means that the caller hid the number',
    (text) => {
      expect(hasNoValue(text, 'origin_number')).toBe(false);
    },
  );

  it.each(['NaT', '--:--', '--:--:--'])('the text %s in a time or duration means "no value"', (text) => {
    expect([hasNoValue(text, 'ended_at'), hasNoValue(text, 'duration_seconds')]).toEqual([true, true]);
  });

  it.each([0, '0', -1, '-62135596800', '-0001-11-30T00:00:00', '0000-00-00 00:00:00', '00:00:00'])(
    'the text %j in a time means "no value"',
    (value) => {
      expect(hasNoValue(value, 'ended_at')).toBe(true);
    },
  );

  it.each(['0001-01-01T00:00:00Z', '1970-01-01T10:00:00+10:00', '1979-12-31 23:59:59'])(
    'a year before 1980 in a time means "no value": %s',
    (callendtime) => {
      const { stage, fields, extra } = read({ ...facts, callsessionid: 'c', callendtime });
      expect({ stage, end: fields.ended_at, extra }).toEqual({
        stage: 'call_start',
        end: undefined,
        extra: { callendtime },
      });
    },
  );

  it.each<[JsonValue, string]>([
    ['Nadia', 'extension_name'],
    ['Nilsson', 'extension_name'],
    ['Nullarbor', 'service_name'],
    ['NSW', 'service_group'],
    ['None of these', 'service_name'],
    ['#', 'ivr_prompts'],
    ['0', 'ivr_prompts'],
    ['0', 'origin_number'],
    ['<0412345678>', 'origin_number'],
    ['<sip:bob@pbx.example>', 'origin_number'],
    ['{F9168C5E-CEB2-4FAA-B6BF-329BF39FA1E4}', 'call_session_id'],
    ['007', 'call_session_id'],
    ['UNAVAILABLE', 'dial_status'],
    ['false', 'internal_referrer'],
    [false, 'internal_referrer'],
    ['[]', 'attributes'],
    ['{"a":1}', 'attributes'],
    [0, 'duration_seconds'],
  ])('the text %j in %s does not mean "no value"', (value, name) => {
    expect(hasNoValue(value, name)).toBe(false);
  });

  it.each(['answering_point', 'dial_status', 'queue_name', 'extension_number', 'extension_name'])(
    'zero, negative numbers and a list of blanks in %s mean "no value"',
    (name) => {
      for (const value of ['0', 0, '00', '-1', ['', null, 0], [[]]])
        expect([value, hasNoValue(value, name)]).toEqual([value, true]);
      for (const value of ['01', '001 Sales', 'Line 0', ['0412345678']])
        expect([value, hasNoValue(value, name)]).toEqual([value, false]);
    },
  );

  it('a text that means "no value" does not hide a real value under another spelling of the same key', () => {
    expect(read({ callsessionid: 'null', call_session_id: 'c-1' }).callId).toBe('c-1');
  });

  it.each(['undefined', '0', '{{callsessionid}}', 'null', 'call-${id}'])(
    'a text that means "no value" is not used as the id: %s',
    (callsessionid) => {
      const { callId, warnings } = read({ ...facts, callsessionid });
      expect(callId).toMatch(/^inbound-/);
      expect(warnings).toMatchObject([
        { field: 'callsessionid', code: 'id_derived', received: callsessionid },
      ]);
    },
  );

  it('a text that means "no value" does not count when the stage and the direction are decided', () => {
    const body = { ...facts, callsessionid: 'c', dialstatus: 'null', duration: 'n/a', callendtime: '-' };
    expect(read({ ...body, callednumber: '{{to}}' }).stage).toBe('call_start');
  });
});

describe('a key inside another object', () => {
  it.each([
    ['data', { data: { ...facts, callsessionid: 'c', duration: 9 } }],
    ['data.call', { data: { call: { ...facts, callsessionid: 'c', duration: 9 } } }],
    ['webSession', { webSession: { ...facts, callsessionid: 'c', duration: 9 } }],
  ])('a key inside another object is read as a field under the known wrapper %s', (_what, body) => {
    expect(read(body).fields.duration_seconds).toBe(9);
  });

  it('a key inside an object that describes something else is not read as a field', () => {
    const recording = { duration: 12, callendtime: '2026-11-19T15:58:07Z', channel: 'stereo' };
    const { stage, fields, extra } = read({
      ...facts,
      callsessionid: 'c',
      dialtime: facts.callstarttime,
      recording,
    });
    expect({ stage, duration: fields.duration_seconds, channel: fields.channel }).toEqual({
      stage: 'call_answered',
      duration: undefined,
      channel: undefined,
    });
    expect(Object.keys(extra)).toEqual(['recording.duration', 'recording.callendtime', 'recording.channel']);
  });
});

describe('the pushes of an inbound call without an id', () => {
  it('the pushes of an inbound call without an id get the same derived id', () => {
    const bodies = [facts, { ...facts, dialtime: facts.callstarttime }, { ...facts, duration: 5 }];
    expect(new Set(bodies.map((body) => read(body).callId)).size).toBe(1);
  });
});

describe('isNoValue', () => {
  it.each(['"{{x}}"', '({{ x }})', '"${x}"', "'%x%'", '[%x%]', '"<x>"'])(
    'isNoValue is true for %s, a placeholder in quotes or brackets',
    (text) => {
      expect(hasNoValue(text, 'origin_number')).toBe(true);
    },
  );

  it.each([-1, '-0:03', '-PT3S', '-3 s'])('isNoValue is true for %s, a negative duration', (value) => {
    expect(hasNoValue(value, 'duration_seconds')).toBe(true);
  });

  it.each(['-', '--', '""', 'n/a', '{{x}}', '<attributes>'])(
    'isNoValue is true for %s in attributes, as in every field',
    (text) => {
      expect(hasNoValue(text, 'attributes')).toBe(true);
    },
  );

  it.each(['[{"a":1}]', '{"a":"{{x}}"}', '{}', '[1]'])('isNoValue is false for %s in attributes', (text) => {
    expect(hasNoValue(text, 'attributes')).toBe(false);
  });
});
