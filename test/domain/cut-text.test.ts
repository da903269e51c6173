import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText } from '../../src/domain/cut-text.ts';

describe('a text that is cut', () => {
  it('is left alone when it fits', () => {
    expect(cutText('Sales 😀', 8)).toBe('Sales 😀');
  });

  it('loses a character that would be cut in half', () => {
    expect(cutText('Sales 😀', 7)).toBe('Sales ');
  });

  it('is never longer than allowed, stays well-formed and is the beginning', () => {
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
