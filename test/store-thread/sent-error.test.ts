import { describe, expect, it } from 'vitest';
import { TookTooLong } from '../../src/domain/within.ts';
import { fromSentError, toSentError } from '../../src/store-thread/sent-error.ts';
import { Overloaded } from '../../src/store/group-commit.ts';
import { QuarantineFull } from '../../src/store/quarantine.ts';

const sentAndBack = (error: unknown): Error => fromSentError(structuredClone(toSentError(error)));

describe('an error that is sent between threads', () => {
  it.each([Overloaded, QuarantineFull, TookTooLong])(
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

  it('a thrown text becomes an error with that message in the other thread', () => {
    expect(sentAndBack('a text').message).toBe('a text');
  });
});
