import { describe, expect, it } from 'vitest';
import { shownCallId } from '../../src/domain/shown/shown-call-id.ts';

describe('a shown call id', () => {
  it.each(['demo-1', 'a1b2c3d4-0412345678', '1700000000123456789', 'jet:44.7@host', '12345'])(
    'the shown call id is %s itself',
    (id) => {
      expect(shownCallId(id)).toBe(id);
    },
  );

  it.each([
    '0412345678',
    '+61 412 345 678',
    '61412345678',
    '(02)9876-5432',
    'two\nlines',
    'x'.repeat(65),
    '',
  ])('the shown call id is the beginning of a hash for %j', (id) => {
    expect(shownCallId(id)).toMatch(/^#[\da-f]{12}$/);
  });
});
