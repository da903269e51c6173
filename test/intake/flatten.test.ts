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
  ])('the key %j folds to callstarttime', (key) => {
    expect(foldKey(key)).toBe('callstarttime');
  });

  it('a folded key keeps letters and digits of every script', () => {
    expect(foldKey('Zähler_2')).toBe('zähler2');
  });
});

describe('flattening a body', () => {
  it('flattening a body lists every value with the keys that lead to it', () => {
    expect(flatten({ a: 1, b: { c: 'x', d: { e: null } } }, nothingWhole)).toEqual([
      { key: 'a', level: 0, value: 1 },
      { key: 'b.c', level: 1, value: 'x' },
      { key: 'b.d.e', level: 2, value: null },
    ]);
  });

  it('flattening a body keeps lists whole', () => {
    expect(flatten({ a: [{ b: 1 }, [2]] }, nothingWhole)).toEqual([
      { key: 'a', level: 0, value: [{ b: 1 }, [2]] },
    ]);
  });

  it('flattening a body keeps an object whole when isWhole says so, at any depth', () => {
    expect(flatten({ a: { keep: { b: 1 } } }, (key) => key === 'keep')).toEqual([
      { key: 'a.keep', level: 1, value: { b: 1 } },
    ]);
  });

  it('flattening a body finds no value in an empty object', () => {
    expect(flatten({ a: {} }, nothingWhole)).toEqual([]);
  });

  it('flattening a body accepts keys such as toString, which every object inherits', () => {
    expect(flatten({ hasOwnProperty: 1, toString: 2 }, nothingWhole)).toHaveLength(2);
  });
});
