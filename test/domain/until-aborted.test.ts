import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { untilAborted } from '../../src/domain/until-aborted.ts';

const never = new Promise<never>(() => undefined);

describe('untilAborted', () => {
  it('untilAborted returns the result of work that finishes in time', async () => {
    expect(await untilAborted(Promise.resolve(3), new AbortController().signal)).toBe(3);
  });

  it('untilAborted throws the error of the work', async () => {
    const work = Promise.reject(new Error('its own'));
    await expect(untilAborted(work, new AbortController().signal)).rejects.toThrow('its own');
  });

  it('untilAborted stops waiting when the signal aborts', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 5);
    await expect(untilAborted(never, controller.signal)).rejects.toBe(reason);
  });

  it('untilAborted does not wait when the signal has already aborted', async () => {
    await expect(untilAborted(never, AbortSignal.abort())).rejects.toThrow();
  });

  it('untilAborted ignores a failure of the work after the abort', async () => {
    const late = sleep(10).then(() => Promise.reject(new Error('late')));
    await expect(untilAborted(late, AbortSignal.abort())).rejects.not.toThrow('late');
    await sleep(20);
  });

  it('untilAborted removes its listener from the signal', async () => {
    const { signal } = new AbortController();
    await untilAborted(Promise.resolve(1), signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
