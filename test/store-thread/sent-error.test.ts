import { describe, expect, it } from 'vitest';
import { dialects, type DriverError } from '../../src/database/dialect.ts';
import { TookTooLong } from '../../src/domain/within.ts';
import { fromSentError, toSentError } from '../../src/store-thread/sent-error.ts';
import { Overloaded } from '../../src/store/group-commit.ts';
import { QuarantineFull } from '../../src/store/quarantine.ts';

const sentAndBack = (error: unknown): Error => fromSentError(structuredClone(toSentError(error)));

describe('an error that is sent between threads', () => {
  it.each([Overloaded, QuarantineFull, TookTooLong, SyntaxError])(
    'an error that is sent between threads keeps the class %o',
    (Class) => {
      expect(sentAndBack(new Class('a reason'))).toBeInstanceOf(Class);
    },
  );

  it("an error that is sent between threads keeps the driver's code, the name, the message and the stack", () => {
    const error = Object.assign(new Error('database or disk is full'), {
      code: 'SQLITE_FULL',
      name: 'DriverError',
    });
    const { name, message, stack, code } = sentAndBack(error) as NodeJS.ErrnoException;
    expect({ name, message, stack, code }).toEqual({
      ...{ name: 'DriverError', message: 'database or disk is full', code: 'SQLITE_FULL' },
      stack: error.stack,
    });
  });

  it('an error that is sent between threads keeps what only the driver of MySQL tells', () => {
    const error = Object.assign(new Error('WSREP has not yet prepared node'), {
      ...{ code: 'ER_UNKNOWN_COM_ERROR', errno: 1047, sqlState: '08S01', fatal: true },
    });
    const { errno, sqlState, fatal } = sentAndBack(error) as DriverError;
    expect({ errno, sqlState, fatal }).toEqual({ errno: 1047, sqlState: '08S01', fatal: true });
    expect(dialects.mysql.isAway(sentAndBack(error))).toBe(true);
  });

  it('a thrown text becomes an error with that message in the other thread', () => {
    expect(sentAndBack('a text').message).toBe('a text');
  });
});
