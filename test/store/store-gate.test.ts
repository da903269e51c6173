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

  it('the gate lets work through, and returns its result', async () => {
    make();
    expect(await gate.run(() => Promise.resolve(7))).toBe(7);
    await expect(gate.run(fails(0, new TypeError('own')))).rejects.toThrow(TypeError);
  });

  it('the gate waits for work only up to its time limit', async () => {
    make();
    await shut();
    expect([gate.isOpen(), ...changes]).toEqual([false, false]);
  });

  it('the gate refuses work without starting it while the store is silent', async () => {
    make();
    await shut();
    const work = vi.fn(() => Promise.resolve());
    await expect(gate.run(work)).rejects.toThrow(StoreSilent);
    expect(work).not.toHaveBeenCalled();
  });

  it('the gate treats a slow failure as silence', async () => {
    make({ answersWithinMs: 60_000 });
    await expect(gate.run(fails(30, new Away()))).rejects.toThrow(Away);
    expect(gate.isOpen()).toBe(false);
  });

  it.each([
    { what: 'a quick failure', afterMs: 0, quickMs: 60_000, kind: Away },
    { what: 'a slow failure of the work itself', afterMs: 30, quickMs: 20, kind: TypeError },
  ])('the gate stays open after $what', async ({ afterMs, quickMs, kind }) => {
    make({ answersWithinMs: 60_000, quickMs });
    await expect(gate.run(fails(afterMs, new kind('own')))).rejects.toThrow(kind);
    expect(gate.isOpen()).toBe(true);
  });

  it('the gate reports the store as not ready after a quick failure until a probe succeeds, but lets work through', async () => {
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

  it('the gate probes the store once for all simultaneous readiness checks', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    make();
    answers = true;
    const results = await Promise.all(Array.from({ length: 20 }, () => gate.canStore()));
    expect([new Set(results), probes]).toEqual([new Set([true]), 1]);
    expect(await gate.canStore()).toBe(true);
    expect(probes).toBe(1);
  });

  it('the gate opens again when a probe is answered, and reports that once', async () => {
    make();
    await shut();
    await until(() => expect(probes).toBeGreaterThan(2));
    answers = true;
    await until(() => expect(gate.isOpen()).toBe(true));
    expect(await gate.run(() => Promise.resolve('through'))).toBe('through');
    expect(changes).toEqual([false, true]);
  });

  it('the gate sends one probe at a time, even when it hangs', async () => {
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

  it('the gate stops probing when it is stopped', async () => {
    make();
    await shut();
    gate.stop();
    const before = probes;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(probes - before).toBeLessThanOrEqual(1);
  });
});
