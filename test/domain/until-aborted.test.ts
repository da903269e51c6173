import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { untilAborted } from '../../src/domain/until-aborted.ts';

const never = new Promise<never>(() => undefined);

describe('work that takes no signal', () => {
  it('answers when it is done in time', async () => {
    expect(await untilAborted(Promise.resolve(3), new AbortController().signal)).toBe(3);
  });

  it('fails as it fails', async () => {
    const work = Promise.reject(new Error('its own'));
    await expect(untilAborted(work, new AbortController().signal)).rejects.toThrow('its own');
  });

  it('is left when the signal aborts', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 5);
    await expect(untilAborted(never, controller.signal)).rejects.toBe(reason);
  });

  it('is left at once when the signal has aborted before', async () => {
    await expect(untilAborted(never, AbortSignal.abort())).rejects.toThrow();
  });

  it('troubles nobody when it fails after it was left', async () => {
    const late = sleep(10).then(() => Promise.reject(new Error('late')));
    await expect(untilAborted(late, AbortSignal.abort())).rejects.not.toThrow('late');
    await sleep(20);
  });

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController();
    await untilAborted(Promise.resolve(1), signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
