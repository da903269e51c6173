import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText } from '../../src/domain/cut-text.ts';

describe('cutText', () => {
  it('cutText does not change a text that fits', () => {
    expect(cutText('Sales 😀', 8)).toBe('Sales 😀');
  });

  it('cutText drops a character that would be cut in half', () => {
    expect(cutText('Sales 😀', 7)).toBe('Sales ');
  });

  it('cutText returns a well-formed beginning of the text within the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, lengthMax) => {
        const cut = cutText(text, lengthMax);
        expect(cut.length).toBeLessThanOrEqual(lengthMax);
        expect(text.startsWith(cut)).toBe(true);
        expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });
});
