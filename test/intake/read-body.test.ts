import { describe, expect, it } from 'vitest';
import { callsMax, isList, readBody, type BodyReading } from '../../src/intake/read-body.ts';
import { isFault, readPush, type PushReading } from '../../src/intake/read-push.ts';
import { jsonTestSuite, corporaAbsent } from '../fixtures/corpora.ts';

const settings = { statusMap: new Map() };
const call = {
  callsessionid: 'a1',
  servicename: 'Café Zürich',
  duration: '303',
  callendtime: '2026-11-19T16:03:10Z',
};
const json = JSON.stringify(call);

function read(body: string | Uint8Array, contentType: string | undefined = 'application/json'): BodyReading {
  return readBody(typeof body === 'string' ? Buffer.from(body) : body, contentType, undefined, settings);
}

function pushesOf(reading: BodyReading): PushReading[] {
  if ('code' in reading) throw new Error(`${reading.code}: ${reading.detail}`);
  return (isList(reading) ? reading.items : [reading]).filter((item): item is PushReading => !isFault(item));
}

function idsOf(body: string | Uint8Array, contentType?: string): string[] {
  return pushesOf(read(body, contentType)).map(({ callId }) => callId);
}

function codeOf(body: string | Uint8Array, contentType?: string): string {
  const reading = read(body, contentType);
  return 'code' in reading ? reading.code : 'none';
}

const idOnly = (callsessionid: string): string => JSON.stringify({ callsessionid, duration: '5' });
const list = `[${idOnly('a1')}, ${idOnly('a2')}]`;
const text = (value: string): string => JSON.stringify(value);

describe('a list of calls', () => {
  it.each([
    ['as a JSON list', list],
    ['inside an object', `{"event":"call.ended","calls":${list}}`],
    ['inside an object inside an object', `{"event":"call.ended","data":{"calls":${list}}}`],
    ['as data', `{"data":${list}}`],
    ['as JSON text in data', `{"event":"x","data":${text(list)}}`],
    ['as a JSON string', text(list)],
    ['as a list of JSON strings', `[${text(idOnly('a1'))},${text(text(idOnly('a2')))}]`],
    ['as one object per line', `${idOnly('a1')}\n${idOnly('a2')}\n`],
    ['as notifications', `{"notifications":${list}}`],
    ['as a JSON text sequence', `\u001e${idOnly('a1')}\n\u001e${idOnly('a2')}\n`],
    ['as one object per line, with blank lines', `${idOnly('a1')}\r\n\r\n${idOnly('a2')}`],
  ])('a list of calls is accepted %s', (_how, body) => {
    expect(idsOf(body)).toEqual(['a1', 'a2']);
  });

  it('a list inside an object gives each call the other keys of that object', () => {
    const [, second] = pushesOf(read(`{"event":"call.ended","calls":${list}}`));
    expect(second).toMatchObject({
      callId: 'a2',
      fields: { duration_seconds: 5 },
      extra: { event: 'call.ended' },
    });
  });

  it('a list keeps the received text of each call', () => {
    const own = '{ "callsessionid" : 1690000000.10, "x": "],[ \\" }" }';
    expect(pushesOf(read(`[1, ${own} , {}]`)).map(({ body }) => body)).toEqual([own]);
  });

  it('a list gives a fault code for each item that is not a call', () => {
    const reading = read(`[${json}, {}, 5, {"__proto__":1}]`);
    expect(isList(reading) && reading.items.map((item) => (isFault(item) ? item.code : 'taken'))).toEqual([
      'taken',
      'not_a_call',
      'not_an_object',
      'forbidden_key',
    ]);
  });

  it.each([
    ['no item', '[]', 'not_an_object'],
    ['no item without a fault', '[{"__proto__":1}]', 'forbidden_key'],
    ['lists', `[[${json}]]`, 'not_an_object'],
    ['lists, 100,000 deep', '['.repeat(100_000) + ']'.repeat(100_000), 'too_deep'],
    ['too many calls', `[${Array.from({ length: callsMax + 1 }, () => '{}').join(',')}]`, 'too_many_calls'],
  ])('a list with %s is refused', (_what, body, code) => {
    expect(codeOf(body)).toBe(code);
  });

  it('a list can have more keys in total than the limit for one call', () => {
    const keys = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`k${index}`, index]));
    const calls = ['a1', 'a2'].map((callsessionid) => ({ ...keys, callsessionid }));
    expect(idsOf(JSON.stringify({ calls }))).toEqual(['a1', 'a2']);
  });

  it('a list is refused when copies of a large surrounding object would multiply its size', () => {
    const body = {
      note: 'x'.repeat(100_000),
      calls: Array.from({ length: 500 }, (_, n) => ({ callsessionid: `c${n}` })),
    };
    expect(codeOf(JSON.stringify(body))).toBe('not_a_call');
  });
});

describe('JSON text', () => {
  it.each([
    ['a JSON string', text(json)],
    ['a JSON string in a JSON string', text(text(json))],
    ['data', `{"event":"call.ended","data":${text(json)}}`],
    ['payload, encoded twice', `{"event":"call.ended","payload":${text(text(json))}}`],
    ['body', `{"Body":${text(json)}}`],
    ['data inside payload', `{"payload":{"data":${text(json)}}}`],
    ['payload inside the text of data', `{"data":${text(`{"payload":${text(json)}}`)}}`],
    ['an unknown key', `{"zap":1,"raw_request":${text(json)}}`],
  ])('JSON text in %s is read', (_where, body) => {
    const [push] = pushesOf(read(body));
    expect(push).toMatchObject({
      callId: 'a1',
      fields: { duration_seconds: 303, service_name: 'Café Zürich' },
    });
  });

  it('JSON text in data is read together with an id outside of it', () => {
    const [push] = pushesOf(read(`{"callsessionid":"out","data":${text('{"duration":"7"}')}}`));
    expect(push).toMatchObject({ callId: 'out', fields: { duration_seconds: 7 } });
  });

  it('JSON text counts against the limits of the body', () => {
    const deep = `${'{"a":'.repeat(31)}1${'}'.repeat(31)}`;
    expect(codeOf(`{"callsessionid":"x","data":${text(deep)}}`)).toBe('none');
    expect(codeOf(`{"callsessionid":"x","data":${text(`{"a":${deep}}`)}}`)).toBe('too_deep');
    expect(codeOf(`{"callsessionid":"x","data":${text('{"__proto__":1}')}}`)).toBe('forbidden_key');
  });

  it('JSON text keeps every digit of a long id', () => {
    expect(idsOf(`{"data":${text('{"callsessionid":12345678901234567890}')}}`)).toEqual([
      '12345678901234567890',
    ]);
  });
});

describe('the content type', () => {
  it.each([
    'text/plain',
    'text/plain; charset=utf-8',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'application/x-ndjson',
    'text/html',
    '',
    undefined,
  ])('the content type %s does not prevent JSON from being read', (type) => {
    expect(pushesOf(readBody(Buffer.from(json), type, undefined, settings))[0]?.callId).toBe('a1');
  });

  it.each([
    ['multipart/form-data; boundary=x', json],
    ['text/html', '<p>hello</p>'],
    ['application/xml', '<call/>'],
  ])('the content type %s is refused with %s', (type, body) => {
    expect(codeOf(body, type)).toBe('unsupported_content_type');
  });
});

describe('a form', () => {
  const form = 'application/x-www-form-urlencoded';
  it.each([
    ['whose payload is JSON', new URLSearchParams({ payload: json })],
    ['whose only field is JSON', new URLSearchParams({ whatever: json })],
    ['with JSON in data, beside other fields', new URLSearchParams({ event: 'x', data: json })],
    [
      'with JSON in an unknown field, beside other fields',
      new URLSearchParams({ event: 'x', jsonbody: json }),
    ],
    ["whose keys are Jet's fields", new URLSearchParams(call)],
    [
      'whose keys are in brackets',
      new URLSearchParams(Object.entries(call).map(([k, v]) => [`data[${k}]`, v])),
    ],
    ['that is percent-encoded JSON', encodeURIComponent(json)],
  ])('a form %s is read', (_what, body) => {
    expect(pushesOf(read(body.toString(), form))[0]).toMatchObject({
      callId: 'a1',
      fields: { duration_seconds: 303, service_name: 'Café Zürich' },
    });
  });

  it('a form is read when its data is a list', () => {
    expect(idsOf(new URLSearchParams({ event: 'x', data: list }).toString(), form)).toEqual(['a1', 'a2']);
  });

  it.each([
    ['ISO-8859-1', 'Caf%E9 Z%FCrich'],
    ['ISO-8859-1', 'Caf%C3%A9+Z%C3%BCrich'],
    ['utf-8', 'Caf%C3%A9%20Z%c3%bcrich'],
    ['utf-8', 'Caf%E9 Z%FCrich'],
  ])('a form under %s is decoded as declared, then as its bytes show: %s', (charset, name) => {
    const [push] = pushesOf(read(`callsessionid=a1&servicename=${name}`, `${form}; charset=${charset}`));
    expect(push?.fields.service_name).toBe('Café Zürich');
  });

  it('a form keeps every value of a repeated name', () => {
    const [push] = pushesOf(read('callsessionid=a1&note=x&note=y', form));
    expect(push?.extra).toEqual({ note: 'x', 'note (2)': 'y' });
  });

  it.each([
    ['__proto__=1&callsessionid=x', 'forbidden_key'],
    ['hello=1', 'malformed_json'],
  ])('a form %s is refused', (body, code) => {
    expect(codeOf(body, form)).toBe(code);
  });
});

describe('the charset', () => {
  const latin1 = Buffer.from(json, 'latin1');
  const utf16 = Buffer.from(json, 'utf16le');
  const bigEndian = Buffer.from(utf16).swap16();
  const mark = Buffer.from('\ufeff', 'utf16le');

  it.each([
    ['ISO-8859-1', latin1],
    ['"windows-1252"', latin1],
    ['utf-16', Buffer.concat([mark, utf16])],
    ['utf-16', utf16],
    ['utf-16le', utf16],
    ['UTF-16LE', Buffer.concat([mark, utf16])],
    ['utf-16be', bigEndian],
    ['utf-16', bigEndian],
    ['utf-16', Buffer.concat([Buffer.from(mark).swap16(), bigEndian])],
    ['utf-8', Buffer.from(`\ufeff${json}`)],
  ])('the charset %s is decoded as declared', (charset, bytes) => {
    const [push] = pushesOf(read(bytes, `application/json; charset=${charset}`));
    expect(push).toMatchObject({ callId: 'a1', fields: { service_name: 'Café Zürich' }, warnings: [] });
  });

  it.each([
    ['utf-8', latin1, 'windows-1252'],
    ['(no charset)', latin1, 'windows-1252'],
    ['(no charset)', utf16, 'utf-16le'],
    ['iso-8859-1', Buffer.from(json), 'utf-8'],
    ['utf-16', Buffer.from(json), 'utf-8'],
    ['unheard-of', latin1, 'windows-1252'],
  ])(
    'the charset %s is ignored with a warning when the bytes are in another one',
    (charset, bytes, actual) => {
      const type = charset.startsWith('(') ? 'application/json' : `application/json; charset=${charset}`;
      const [push] = pushesOf(read(bytes, type));
      expect(push?.fields.service_name).toBe('Café Zürich');
      expect(push?.warnings).toMatchObject([
        { field: 'Content-Type', code: 'decoded_as', received: charset },
      ]);
      expect(push?.warnings[0]?.action).toContain(`read as ${actual}`);
    },
  );

  it('the charset of a large body that is not UTF-8 is decoded within two seconds', () => {
    const body = Buffer.concat([
      Buffer.from('{"callsessionid":"a1","note":"é'),
      Buffer.alloc(5_000_000, 0xe4),
      Buffer.from('"}'),
    ]);
    const [push] = pushesOf(read(body));
    expect(push?.extra['note']).toBe(`é${'ä'.repeat(5_000_000)}`);
  });

  it('a text with one broken character keeps the other characters intact', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"callsessionid":"a1","servicename":"Zürich ☎ Caf'),
      Buffer.from([0xc3]),
      Buffer.from('"}'),
    ]);
    expect(pushesOf(read(bytes))[0]?.fields.service_name).toBe('Zürich ☎ CafÃ');
  });

  it('the charsets of Cyrillic and Japanese are decoded as declared', () => {
    const cyrillic = Buffer.concat([
      Buffer.from('{"callsessionid":"a1","servicename":"'),
      Buffer.from([0xcf, 0xf0]),
      Buffer.from('"}'),
    ]);
    expect(pushesOf(read(cyrillic, 'text/plain; charset=windows-1251'))[0]?.fields.service_name).toBe('Пр');
    const japanese = Buffer.concat([
      Buffer.from('{"callsessionid":"a1","servicename":"'),
      Buffer.from([0x93, 0xfa]),
      Buffer.from('"}'),
    ]);
    expect(pushesOf(read(japanese, 'application/json; charset=Shift_JIS'))[0]?.fields.service_name).toBe(
      '日',
    );
  });
});

describe('the stored text of a push', () => {
  it.each([
    ['a list', list, 'application/json'],
    ['a list in an object', `{"event":"x","calls":${list}}`, 'application/json'],
    ['JSON text in data', `{"event":"x","data":${text(json)}}`, 'application/json'],
    ['a JSON string', text(json), 'application/json'],
    ['JSON text under an unknown key', `{"n":1,"raw":${text(json)}}`, 'application/json'],
    ['a form', new URLSearchParams(call).toString(), 'application/x-www-form-urlencoded'],
    [
      'a form with JSON',
      new URLSearchParams({ x: '1', data: json }).toString(),
      'application/x-www-form-urlencoded',
    ],
    ['UTF-16', Buffer.from(json, 'utf16le'), 'application/json; charset=utf-16'],
    ['Latin-1', Buffer.from(json, 'latin1'), 'text/plain; charset=latin1'],
  ])('the stored text of a push from %s can be read again as the same push', (_what, body, type) => {
    for (const push of pushesOf(read(body, type))) {
      const { callId, stage, fields, extra, contentHash } = push;
      expect(readPush(Buffer.from(push.body), undefined, settings)).toMatchObject({
        callId,
        stage,
        fields,
        extra,
        contentHash,
      });
    }
  });
});

describe.skipIf(corporaAbsent)('hostile JSON', () => {
  it.each(jsonTestSuite('test_parsing').filter(({ file }) => file.startsWith('n_')))(
    'the hostile JSON $file is refused',
    ({ bytes }) => {
      expect(['malformed_json', 'empty_body']).toContain(codeOf(bytes));
    },
  );

  it('hostile JSON is read or refused under every content type', () => {
    for (const { bytes } of [...jsonTestSuite('test_parsing'), ...jsonTestSuite('test_transform')])
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/json; charset=utf-16',
        'a/b; charset=latin1',
      ])
        expect(codeOf(bytes, type)).toMatch(/^[a-z_]+$/);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('a body that is not a call', () => {
  it('a body that is not a call is not read as a form when it has more than 1,000 fields', () => {
    const reading = readBody(Buffer.from('a=1&'.repeat(2_000)), 'text/plain', undefined, {
      statusMap: new Map(),
    });
    expect(reading).toMatchObject({ code: 'malformed_json' });
  });

  it('a body that is not a call is searched for calls in its first few lists only', () => {
    const lists = Object.fromEntries(Array.from({ length: 900 }, (_none, index) => [`k${index}`, [index]]));
    const reading = readBody(Buffer.from(JSON.stringify(lists)), undefined, undefined, {
      statusMap: new Map(),
    });
    expect(reading).toMatchObject({ code: 'not_a_call' });
  });
});
