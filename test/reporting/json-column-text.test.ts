import { describe, expect, it } from 'vitest';
import { jsonColumnText } from '../../src/reporting/json-column-text.ts';

describe('the text of a JSON column', () => {
  it.each([
    ['an object, unchanged', '{"b":1, "a":[1.50]}', '{"b":1, "a":[1.50]}'],
    ['a text that is not JSON, as a JSON string', 'key=value', '"key=value"'],
    ['an escaped U+0000, replaced', '{"a\\u0000":"x\\u0000"}', '{"a\ufffd":"x\ufffd"}'],
    ['half of a surrogate pair, replaced', '["\\ud800"]', '["\ufffd"]'],
    ['a whole surrogate pair, kept', '["\\ud83d\\ude00"]', '["😀"]'],
    ['a number that no double holds, as null', '[1e999]', '[null]'],
    ['30 levels, unchanged', `${'['.repeat(30)}${']'.repeat(30)}`, `${'['.repeat(30)}${']'.repeat(30)}`],
    ['brackets inside a string, unchanged', `["${'['.repeat(60)}"]`, `["${'['.repeat(60)}"]`],
  ])('the text of a JSON column keeps %s', (_what, given, kept) => {
    expect(jsonColumnText(given)).toBe(kept);
  });

  it('the text of a JSON column is a JSON string for a value with too many levels', () => {
    const deep = `${'['.repeat(9_000)}${']'.repeat(9_000)}`;
    expect(jsonColumnText(deep)).toBe(JSON.stringify(deep));
  });
});
