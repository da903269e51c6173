import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createStoreGate,
  StoreSilent,
  type StoreGate,
  type StoreGateOptions,
} from '../../src/store/store-gate.ts';
import { until } from '../fixtures/until.ts';

const silence = (): Promise<never> => new Promise(() => undefined);
class Away extends Error {}

describe('the gate before the store', () => {
  let gate: StoreGate;
  let answers: boolean;
  let probes: number;
  const changes: boolean[] = [];
  const make = (options: Partial<StoreGateOptions> = {}): void => {
    changes.length = 0;
    probes = 0;
    answers = false;
    gate = createStoreGate({
      answersWithinMs: 40,
      quickMs: 20,
      probeEveryMs: 5,
      isAway: (error) => error instanceof Away,
      isInPlace: () => true,
      probe: () => {
        probes += 1;
        return answers ? Promise.resolve() : Promise.reject(new Away());
      },
      onChange: (isOpen) => void changes.push(isOpen),
      ...options,
    });
  };
  afterEach(() => gate.stop());
  const fails = (afterMs: number, error: Error) => (): Promise<never> =>
    new Promise((_resolve, reject) => setTimeout(() => reject(error), afterMs));
  const shut = (): Promise<void> => expect(gate.run(silence)).rejects.toThrow(StoreSilent);

  it('lets work through, and answers what it answered', async () => {
    make();
    expect(await gate.run(() => Promise.resolve(7))).toBe(7);
    await expect(gate.run(fails(0, new TypeError('own')))).rejects.toThrow(TypeError);
  });

  it('waits no longer for work than it may take', async () => {
    make();
    await shut();
    expect([gate.isOpen(), ...changes]).toEqual([false, false]);
  });

  it('refuses work while the store is silent, without beginning it', async () => {
    make();
    await shut();
    const work = vi.fn(() => Promise.resolve());
    await expect(gate.run(work)).rejects.toThrow(StoreSilent);
    expect(work).not.toHaveBeenCalled();
  });

  it('takes a failure that was slow to come for silence', async () => {
    make({ answersWithinMs: 60_000 });
    await expect(gate.run(fails(30, new Away()))).rejects.toThrow(Away);
    expect(gate.isOpen()).toBe(false);
  });

  it.each([
    { what: 'a quick failure', afterMs: 0, quickMs: 60_000, kind: Away },
    { what: 'a slow failure that lies in the work', afterMs: 30, quickMs: 20, kind: TypeError },
  ])('stays open after $what', async ({ afterMs, quickMs, kind }) => {
    make({ answersWithinMs: 60_000, quickMs });
    await expect(gate.run(fails(afterMs, new kind('own')))).rejects.toThrow(kind);
    expect(gate.isOpen()).toBe(true);
  });

  it('says after a quick failure that the store takes no push, and lets work through, until a probe succeeds', async () => {
    make({ answersWithinMs: 60_000, quickMs: 60_000 });
    await expect(gate.run(fails(0, new Away()))).rejects.toThrow(Away);
    expect(await gate.canStore()).toBe(false);
    // A lookup can succeed, but does not prove that the store works again.
    expect(await gate.run(() => Promise.resolve(7))).toBe(7);
    expect(await gate.canStore()).toBe(false);
    answers = true;
    await until(async () => expect(await gate.canStore()).toBe(true));
    expect(changes).toEqual([]);
  });

  it('tries the store once for all who ask at once whether it can be used', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    make();
    answers = true;
    const results = await Promise.all(Array.from({ length: 20 }, () => gate.canStore()));
    expect([new Set(results), probes]).toEqual([new Set([true]), 1]);
    expect(await gate.canStore()).toBe(true);
    expect(probes).toBe(1);
  });

  it('opens again when a probe is answered, and says so once', async () => {
    make();
    await shut();
    await until(() => expect(probes).toBeGreaterThan(2));
    answers = true;
    await until(() => expect(gate.isOpen()).toBe(true));
    expect(await gate.run(() => Promise.resolve('through'))).toBe('through');
    expect(changes).toEqual([false, true]);
  });

  it('sends one probe at a time, also when that hangs', async () => {
    let inFlight = 0;
    let most = 0;
    make({
      probe: async () => {
        most = Math.max(most, (inFlight += 1));
        await new Promise((resolve) => setTimeout(resolve, 10));
        inFlight -= 1;
        throw new Away();
      },
    });
    await Promise.all([shut(), shut(), shut()]);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(most).toBe(1);
  });

  it('probes no more once it is stopped', async () => {
    make();
    await shut();
    gate.stop();
    const before = probes;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(probes - before).toBeLessThanOrEqual(1);
  });
});
