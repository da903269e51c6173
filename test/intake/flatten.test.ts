import { describe, expect, it } from 'vitest';
import { flatten, foldKey } from '../../src/intake/flatten.ts';

const nothingWhole = (): boolean => false;

describe('a key', () => {
  it.each([
    'call Start Time',
    'callStartTime',
    'call_start_time',
    'call-start-time',
    'call.start.time',
    'CALLSTARTTIME',
    'Call  Start\tTime',
    ' callstarttime ',
    'call\u00a0start\u00a0time',
  ])('%j folds to callstarttime', (key) => {
    expect(foldKey(key)).toBe('callstarttime');
  });

  it('keeps letters and digits of every script', () => {
    expect(foldKey('Zähler_2')).toBe('zähler2');
  });
});

describe('flattening a body', () => {
  it('lists every value with the keys that lead to it', () => {
    expect(flatten({ a: 1, b: { c: 'x', d: { e: null } } }, nothingWhole)).toEqual([
      { key: 'a', level: 0, value: 1 },
      { key: 'b.c', level: 1, value: 'x' },
      { key: 'b.d.e', level: 2, value: null },
    ]);
  });

  it('keeps lists whole', () => {
    expect(flatten({ a: [{ b: 1 }, [2]] }, nothingWhole)).toEqual([
      { key: 'a', level: 0, value: [{ b: 1 }, [2]] },
    ]);
  });

  it('keeps an object whole when isWhole says so, at any depth', () => {
    expect(flatten({ a: { keep: { b: 1 } } }, (key) => key === 'keep')).toEqual([
      { key: 'a.keep', level: 1, value: { b: 1 } },
    ]);
  });

  it('finds no value in an empty object', () => {
    expect(flatten({ a: {} }, nothingWhole)).toEqual([]);
  });

  it('accepts keys such as toString, which every object inherits', () => {
    expect(flatten({ hasOwnProperty: 1, toString: 2 }, nothingWhole)).toHaveLength(2);
  });
});
