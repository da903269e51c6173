import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/domain/jet-fields.ts';
import { isEmpty, readValue, shown } from '../../src/intake/read-value.ts';

describe('a value', () => {
  it.each<[JsonValue]>([[null], [''], [' \t\n'], ['\u00a0'], ['\ufeff'], [[]], [{}]])(
    'the value %j is empty',
    (value) => {
      expect(isEmpty(value)).toBe(true);
    },
  );

  it.each<[JsonValue]>([[0], [false], ['0'], ['null'], [[null]], [{ a: null }]])(
    'the value %j is not empty',
    (value) => {
      expect(isEmpty(value)).toBe(false);
    },
  );
});

describe('a text field', () => {
  it.each<[JsonValue, string]>([
    ['Website', 'Website'],
    ['  Website\n', 'Website'],
    ['two  words', 'two  words'],
    [61491570156, '61491570156'],
    [0, '0'],
    [true, 'true'],
    [false, 'false'],
    ['😀', '😀'],
  ])('a text field reads %j', (value, expected) => {
    expect(readValue(value, 'text', undefined)).toEqual({ value: expected });
  });

  it.each<[JsonValue, string]>([
    [['a', 1], '["a",1]'],
    [{ a: 1 }, '{"a":1}'],
  ])('a text field keeps %j as JSON, with a warning', (value, expected) => {
    expect(readValue(value, 'text', undefined)).toEqual({
      value: expected,
      warning: { code: 'not_text', received: expected, action: 'kept as JSON text' },
    });
  });

  it.each([
    ['U+0000', 'a\0b', 'a\ufffdb'],
    ['the first half of a surrogate pair alone', 'a\ud800b', 'a\ufffdb'],
    ['the second half of a surrogate pair alone', 'a\udc00b', 'a\ufffdb'],
    ['a surrogate pair in the wrong order', '\udc00\ud800', '\ufffd\ufffd'],
    ['a text of U+0000 alone', '\0', '\ufffd'],
  ])('a text field replaces %s, with a warning', (_what, value, expected) => {
    expect(readValue(value, 'text', undefined)).toMatchObject({
      value: expected,
      warning: { code: 'replaced_characters' },
    });
  });

  it('a text field contains no character that a database cannot store', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }), (text) => {
        const value = String(readValue(text, 'text', undefined).value);
        expect(value.isWellFormed() && !value.includes('\0')).toBe(true);
      }),
    );
  });
});

describe('a JSON field', () => {
  it.each<[JsonValue, string]>([
    ['{"a":1}', '{"a":1}'],
    [' {"b": 2, "a": 1} ', '{"b": 2, "a": 1}'],
    [{ b: 2, a: [null] }, '{"b":2,"a":[null]}'],
    [[1], '[1]'],
    [7, '7'],
  ])('a JSON field reads %j', (value, expected) => {
    expect(readValue(value, 'json', undefined)).toEqual({ value: expected });
  });

  it('a JSON field keeps text that is not JSON, with a warning', () => {
    expect(readValue('{a:1}', 'json', undefined)).toEqual({
      value: '{a:1}',
      warning: { code: 'unreadable_json', received: '{a:1}', action: 'kept as text' },
    });
  });

  it('a JSON field says in the warning when it also replaced characters', () => {
    expect(readValue('{\0}', 'json', undefined)).toMatchObject({
      value: '{\ufffd}',
      warning: { action: 'kept as text; U+0000 and unpaired surrogates were replaced by U+FFFD' },
    });
  });
});

describe('a time field', () => {
  it.each<[JsonValue]>([['2025-10-04T23:20:30Z'], [' 2025-10-04 23:20:30 '], [1759620030], [1759620030000]])(
    'a time field reads %j as an instant',
    (value) => {
      expect(readValue(value, 'instant', undefined)).toEqual({ value: 1_759_620_030_000 });
    },
  );

  it("a time field reads the operator's format", () => {
    expect(readValue('04/10/2025 23:20:30', 'instant', 'dd/MM/yyyy HH:mm:ss')).toEqual({
      value: 1_759_620_030_000,
    });
  });

  it.each<[JsonValue, string]>([
    ['04/10/2025 23:20:30', '04/10/2025 23:20:30'],
    [20251004, '20251004'],
    [true, 'true'],
    [['2025-10-04T23:20:30Z'], '["2025-10-04T23:20:30Z"]'],
  ])('a time field does not guess at %j, and the warning shows the value', (value, received) => {
    expect(readValue(value, 'instant', undefined)).toEqual({
      warning: { code: 'unreadable_time', received, action: 'could not be read; kept unchanged under extra' },
    });
  });
});

describe('a duration field', () => {
  it.each<[JsonValue]>([[61], ['61'], [' 61 '], ['00:01:01'], [61.2]])(
    'a duration field reads %j as 61 seconds',
    (value) => {
      expect(readValue(value, 'seconds', undefined)).toEqual({ value: 61 });
    },
  );

  it.each<[JsonValue, string]>([
    [-1, '-1'],
    ['a minute', 'a minute'],
    [{ s: 1 }, '{"s":1}'],
  ])('a duration field does not guess at %j, and the warning shows the value', (value, received) => {
    expect(readValue(value, 'seconds', undefined)).toEqual({
      warning: {
        code: 'unreadable_duration',
        received,
        action: 'could not be read; kept unchanged under extra',
      },
    });
  });
});

describe('the received value in a warning', () => {
  it('the received value in a warning is cut to 100 characters', () => {
    expect(shown('x'.repeat(101))).toBe('x'.repeat(100));
  });

  it('the received value in a warning never ends in half a character', () => {
    expect(shown(`${'x'.repeat(99)}😀`)).toBe(`${'x'.repeat(99)}\ufffd`);
  });
});
