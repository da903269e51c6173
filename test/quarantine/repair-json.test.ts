import { describe, expect, it } from 'vitest';
import { changesBetween, repairJson } from '../../src/quarantine/repair-json.ts';

describe('a repair', () => {
  it.each([
    ['a raw line break', '{"a":"x\ny"}', { a: 'x\ny' }],
    ['a trailing comma', '{"a":[1,2,],}', { a: [1, 2] }],
    [
      'JSON with quotes that are not escaped',
      '{"attributes":"{"g":"x","u":"y"}","d":3}',
      { attributes: '{"g":"x","u":"y"}', d: 3 },
    ],
    [
      'quotes that are not escaped in a text',
      '{"attributes":"say "hi" now","d":3}',
      { attributes: 'say "hi" now', d: 3 },
    ],
    [
      'quotes before a comma',
      '{"attributes":{"note":"he said "hi", ok"},"d":3}',
      { attributes: { note: 'he said "hi", ok' }, d: 3 },
    ],
    ['single quotes', "{'a':'b'}", { a: 'b' }],
  ])('a repair of broken JSON mends %s', (_what, text, value) => {
    expect(JSON.parse(repairJson(text) ?? '')).toEqual(value);
  });

  it('a repair of broken JSON mends no endless brackets', () => {
    expect(repairJson('['.repeat(100_000))).toBeUndefined();
  });
});

describe('the changes between two texts', () => {
  it('the changes between two texts name each place with its old and new text', () => {
    expect(changesBetween('{"a":"x\ny","b":1,}', '{"a":"x\\ny","b":1}')).toEqual([
      { at: 7, removed: '\n', added: '\\n' },
      { at: 16, removed: ',', added: '' },
    ]);
  });

  it.each([
    ['', 'abc'],
    ['abc', ''],
    ['same', 'same'],
    ['abcdefgh', 'stuvwxyz'],
  ])('the changes between two texts rebuild %j into %j', (before, after) => {
    let result = '';
    let from = 0;
    for (const { at, removed, added } of changesBetween(before, after)) {
      result += before.slice(from, at) + added;
      from = at + removed.length;
    }
    expect(result + before.slice(from)).toBe(after);
  });
});
