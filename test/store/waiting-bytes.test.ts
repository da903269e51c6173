import { describe, expect, it } from 'vitest';
import { Overloaded } from '../../src/store/group-commit.ts';
import { limitWaitingBytes } from '../../src/store/waiting-bytes.ts';

describe('an item that waits to be stored', () => {
  const held: (() => void)[] = [];
  const hold = (item: string): Promise<string> => new Promise((resolve) => held.push(() => resolve(item)));
  const make = (): ((item: string) => Promise<string>) => limitWaitingBytes(hold, (item) => item.length, 10);

  it('an item is refused at once above the limit of bytes', async () => {
    const store = make();
    void store('123456');
    void store('1234');
    await expect(store('1')).rejects.toThrow(Overloaded);
  });

  it('an item frees its bytes as soon as it is stored', async () => {
    held.length = 0;
    const store = make();
    const first = store('1234567890');
    held[0]?.();
    expect(await first).toBe('1234567890');
    const second = store('1');
    held[1]?.();
    expect(await second).toBe('1');
  });

  it('an item frees its bytes when it cannot be stored', async () => {
    const store = limitWaitingBytes(
      (item: string) => (item === 'bad' ? Promise.reject(new TypeError('bad')) : Promise.resolve(item)),
      (item) => item.length,
      3,
    );
    await expect(store('bad')).rejects.toThrow(TypeError);
    expect(await store('fine'.slice(1))).toBe('ine');
  });

  it('an item can be larger than the limit when nothing else waits', async () => {
    held.length = 0;
    const large = make()('12345678901');
    held[0]?.();
    expect(await large).toHaveLength(11);
  });
});
