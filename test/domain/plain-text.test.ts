import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeUnseen, oneLine, severalLines } from '../../src/domain/plain-text.ts';

describe('a text made safe to print', () => {
  it.each<[string, string]>([
    ['a line break', '\n'],
    ['a carriage return', '\r'],
    ['a tab', '\t'],
    ['NUL', '\0'],
    ['an escape', '\u001b'],
    ['DEL', '\u007f'],
    ['a C1 control sequence introducer', '\u009b'],
    ['a C1 next line', '\u0085'],
    ['a line separator', '\u2028'],
    ['a paragraph separator', '\u2029'],
    ['a right-to-left override', '\u202e'],
    ['a right-to-left isolate', '\u2067'],
    ['an Arabic letter mark', '\u061c'],
    ['a zero-width space', '\u200b'],
    ['a zero-width joiner', '\u200d'],
    ['a word joiner', '\u2060'],
    ['a byte order mark', '\ufeff'],
    ['a soft hyphen', '\u00ad'],
    ['a Hangul filler', '\u3164'],
    ['a combining grapheme joiner', '\u034f'],
    ['a tag', '\u{e0041}'],
    ['half of a surrogate pair', '\ud800'],
  ])('a text made safe to print shows %s as U+FFFD', (_name, character) => {
    expect(oneLine(`a${character}b`)).toBe('a\ufffdb');
  });

  it('a text made safe to print shows letters, accents and emoji unchanged', () => {
    const text = 'Café Zoë – Nguyễn 電話 مكتب ☎\ufe0f 👍 «1 300»';
    expect(oneLine(text)).toBe(text);
  });

  it('a text made safe to print keeps line breaks and tabs only in severalLines', () => {
    expect(severalLines('{\n\t"a": "\u001b[2J\u2028\r"\n}')).toBe('{\n\t"a": "\ufffd[2J\ufffd\ufffd"\n}');
  });
});

describe('JSON for a terminal', () => {
  it('JSON for a terminal keeps its meaning and contains printable characters only', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
        const shown = escapeUnseen(json);
        expect(JSON.parse(shown)).toEqual(JSON.parse(json));
        expect(shown.replaceAll('\n', '')).toBe(oneLine(shown.replaceAll('\n', '')));
      }),
    );
  });
});
