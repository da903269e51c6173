import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/domain/jet-fields.ts';
import { depthMax, keysMax, readJson, type IntakeFault } from '../../src/intake/read-json.ts';

type Body = { text: string; value: Record<string, JsonValue> };

function read(body: string | Uint8Array): Body | IntakeFault {
  return readJson(typeof body === 'string' ? new TextEncoder().encode(body) : body);
}

function valueOf(body: string | Uint8Array): Record<string, JsonValue> {
  const reading = read(body);
  if ('code' in reading) throw new Error(reading.code);
  return reading.value;
}

function codeOf(body: string | Uint8Array): string {
  const reading = read(body);
  return 'code' in reading ? reading.code : 'none';
}

/** An object that contains nested objects or lists, to the given depth. */
function nested(levels: number, open: string, close: string): string {
  return `{"a":${open.repeat(levels - 1)}1${close.repeat(levels - 1)}}`;
}

function withKeys(count: number): string {
  return JSON.stringify(
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index])),
  );
}

describe('a body', () => {
  it('a body is read as a JSON object', () => {
    expect(valueOf(' {"a": [1, "x", null, true]} ')).toEqual({ a: [1, 'x', null, true] });
  });

  it('a read body keeps its text', () => {
    expect(read(' {"a": 1}\n')).toMatchObject({ text: ' {"a": 1}\n' });
  });

  it('a body can begin with a byte order mark', () => {
    expect(valueOf('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it('a body keeps its byte order mark in its text', () => {
    expect(read('\ufeff{"a":1}')).toMatchObject({ text: '\ufeff{"a":1}' });
  });

  it('a body comes back equal, for any JSON object', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), (value) => {
        const body = JSON.stringify({ value });
        fc.pre(!/__proto__|constructor|prototype|[\d.]{16}|e[+-]\d/.test(body));
        expect(valueOf(body)).toEqual(JSON.parse(body));
      }),
    );
  });

  it('a body of random bytes is read or refused, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const reading = readJson(bytes);
        expect('code' in reading || typeof reading.value === 'object').toBe(true);
      }),
    );
  });

  it('a body is read in full after a body that ended in the middle of a character', () => {
    read(new Uint8Array([0x7b, 0xe2, 0x82]));
    expect(valueOf('{"a":1}')).toEqual({ a: 1 });
  });
});

describe('a refused body', () => {
  it.each([
    ['nothing', '', 'empty_body'],
    ['blanks', ' \r\n\t', 'empty_body'],
    ['a byte order mark alone', '\ufeff', 'empty_body'],
    ['a byte order mark and blanks', '\ufeff \n', 'empty_body'],
    ['plain text', 'hello', 'malformed_json'],
    ['a cut object', '{"a":', 'malformed_json'],
    ['a form', 'callsessionid=1', 'malformed_json'],
    ['single quotes', "{'a':1}", 'malformed_json'],
    ['two objects', '{}{}', 'malformed_json'],
    ['two byte order marks', '\ufeff\ufeff{}', 'malformed_json'],
    ['NaN', '{"a":NaN}', 'malformed_json'],
    ['a list', '[{"a":1}]', 'not_an_object'],
    ['a text', '"x"', 'not_an_object'],
    ['a number', '1', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['true', 'true', 'not_an_object'],
  ])('a refused body with %s (%j) gets the code %s', (_what, body, code) => {
    expect(codeOf(body)).toBe(code);
  });

  it.each([
    ['a byte of Latin-1', [0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d]],
    ['UTF-16 with a byte order mark', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
    ['UTF-16 without a byte order mark', [0x7b, 0x00, 0x7d, 0x00]],
    ['an overlong form', [0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]],
    ['a surrogate in UTF-8', [0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]],
    ['a cut character', [0x7b, 0x22, 0xe2, 0x82]],
  ])('a refused body with %s gets the code malformed_json', (_what, bytes) => {
    expect(codeOf(new Uint8Array(bytes))).toBe('malformed_json');
  });

  it.each(['{"secret-7f3a"', '["secret-7f3a"]', '"secret-7f3a"', '{"__proto__":"secret-7f3a"}'])(
    'the fault of a refused body does not repeat its values: %s',
    (body) => {
      expect(JSON.stringify(read(body))).not.toContain('7f3a');
    },
  );
});

describe('the depth of a body', () => {
  it.each([
    ['objects', '{"a":', '}'],
    ['lists', '[', ']'],
  ])('a body can have 32 levels of %s', (_what, open, close) => {
    expect(codeOf(nested(depthMax, open, close))).toBe('none');
  });

  it.each([
    ['objects', '{"a":', '}'],
    ['lists', '[', ']'],
  ])('a body cannot have 33 levels of %s', (_what, open, close) => {
    expect(codeOf(nested(depthMax + 1, open, close))).toBe('too_deep');
  });

  it('a body of 100,000 levels is refused without a stack overflow', () => {
    expect(codeOf(nested(100_000, '[', ']'))).toBe('too_deep');
  });

  it('the depth of a body is limited to 32', () => {
    expect(depthMax).toBe(32);
  });
});

describe('the keys of a body', () => {
  it('a body can have 1,000 keys', () => {
    expect(codeOf(withKeys(1_000))).toBe('none');
  });

  it('a body cannot have 1,001 keys', () => {
    expect(codeOf(withKeys(1_001))).toBe('too_many_keys');
  });

  it('the keys of a body are counted at every depth', () => {
    expect(codeOf(`{"a":[${Array.from({ length: keysMax }, () => '{"b":1}').join(',')}]}`)).toBe(
      'too_many_keys',
    );
  });

  it.each(['__proto__', 'constructor', 'prototype'])('a body cannot have the key %s', (key) => {
    expect(codeOf(`{"callsessionid":"1","${key}":{"polluted":true}}`)).toBe('forbidden_key');
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'a body cannot have the key %s deep in a list',
    (key) => {
      expect(codeOf(`{"a":[[{"b":{"${key}":1}}]]}`)).toBe('forbidden_key');
    },
  );

  it('a body cannot have the key __proto__ written with escapes', () => {
    expect(codeOf('{"\\u005f_proto__":{"polluted":true}}')).toBe('forbidden_key');
  });

  it.each(['toString', 'hasOwnProperty', '__defineGetter__', 'valueOf'])(
    'a body can have the key %s',
    (key) => {
      expect(valueOf(`{"${key}":1}`)).toEqual({ [key]: 1 });
    },
  );
});

describe('a number', () => {
  it.each([
    ['9007199254740993'],
    ['-9223372036854775809'],
    ['12345678901234567890'],
    ['100000000000000000000000000000000000001'],
    ['1234567890.1623456789'],
    ['1234567890.1623456780'],
    ['1e400'],
    ['-1E+400'],
  ])('the number %s becomes text that keeps every digit', (token) => {
    expect(valueOf(`{"a":${token}}`)).toEqual({ a: token });
  });

  it.each([
    ['0', 0],
    ['61491570156', 61_491_570_156],
    ['1759620030123', 1_759_620_030_123],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', Number.MIN_SAFE_INTEGER],
    ['1.5', 1.5],
    ['1E6', 1_000_000],
    ['1759620030.123', 1_759_620_030.123],
    ['0.30000000000000004', 0.300_000_000_000_000_04],
  ])('the number %s stays a number', (token, value) => {
    expect(valueOf(`{"a":${token}}`)).toEqual({ a: value });
  });

  it('a number with many digits does not change the other values', () => {
    expect(
      valueOf(
        '{"id":12345678901234567890,"n":[1,-2.5,1e3],"t":true,"z":null,"s":"9 \\" 12345678901234567890 \\\\"}',
      ),
    ).toEqual({
      id: '12345678901234567890',
      n: [1, -2.5, 1000],
      t: true,
      z: null,
      s: '9 " 12345678901234567890 \\',
    });
  });

  it('a number with many digits does not change a key of digits', () => {
    expect(valueOf('{"12345678901234567890":12345678901234567890}')).toEqual({
      '12345678901234567890': '12345678901234567890',
    });
  });

  it('a number with many digits keeps them even if the body also has a text of a million characters', () => {
    const text = 'x'.repeat(1_000_000);
    expect(valueOf(`{"text":"${text}","id":12345678901234567890}`)).toEqual({
      text,
      id: '12345678901234567890',
    });
  });

  it('a number keeps every digit, for any whole number', () => {
    fc.assert(
      fc.property(fc.bigInt(), (whole) => {
        const { a } = valueOf(`{"a":${String(whole)}}`);
        expect(typeof a === 'number' ? BigInt(a) : BigInt(a as string)).toBe(whole);
      }),
    );
  });
});

describe('an id sent as a JSON number', () => {
  it.each(['1690000000.10', '1690000000.0', '1690000000.1', '12345678901234567890', '0.10'])(
    'the id %s sent as a JSON number comes back character for character',
    (number) => {
      const reading = readJson(Buffer.from(`{"callsessionid":${number}}`));
      expect(reading).toMatchObject({
        value: { callsessionid: expect.toSatisfy((id) => String(id) === number) as unknown },
      });
    },
  );
});
