import { describe, expect, it } from 'vitest';
import { csvLine } from '../../../src/reporting/export/csv-line.ts';

describe('a line of CSV', () => {
  it('a line of CSV separates with commas, ends with CRLF, and leaves an empty value empty', () => {
    expect(csvLine(['a', 1, null, true, -5], { raw: false })).toBe('a,1,,true,-5\r\n');
  });

  it.each([
    ['a comma', 'a,b', '"a,b"'],
    ['a quote', 'say "hi"', '"say ""hi"""'],
    ['a line break', 'a\nb', '"a\nb"'],
    ['a space at the end', 'a ', '"a "'],
  ])('a line of CSV quotes %s', (_what, value, cell) => {
    expect(csvLine([value], { raw: false })).toBe(`${cell}\r\n`);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+61491570006', "'+61491570006"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1+1', `"'\t=1+1"`],
    [' =1+1', "' =1+1"],
    ['\r=1+1', `"'\r=1+1"`],
    ['＝1+1', "'＝1+1"],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ])('a line of CSV makes the cell %j harmless', (value, cell) => {
    expect(csvLine([value], { raw: false })).toBe(`${cell}\r\n`);
  });

  it('a line of CSV for a program keeps a cell unchanged', () => {
    expect(csvLine(['=1+1', '+61491570006'], { raw: true })).toBe('=1+1,+61491570006\r\n');
  });
});
