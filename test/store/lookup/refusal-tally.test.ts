import { describe, expect, it } from 'vitest';
import {
  createRefusalTally,
  manyOthers,
  rowsOfMinuteMax,
  type RefusedRequest,
} from '../../../src/store/lookup/refusal-tally.ts';
import type { RefusedRequests } from '../../../src/store/lookup/refused-requests.ts';
import { someTimeMs } from '../../fixtures/pushes.ts';
import { silentLog } from '../../fixtures/running-worker.ts';

function request(rest: Partial<RefusedRequest> = {}): RefusedRequest {
  return {
    ...{ address: '203.0.113.7', path: '/webhooks/jet', code: 'not_a_call', status: 422, method: 'POST' },
    ...{ credential: 'bearer', size: 2, requestId: 'one', quarantineId: undefined },
    ...rest,
  };
}

function underTest(everyMs = 3_600_000) {
  const written: RefusedRequests[][] = [];
  const lines: object[] = [];
  const state = { canWrite: true, fails: false, nowMs: someTimeMs };
  const tally = createRefusalTally({
    write: async (rows) => {
      await Promise.resolve();
      if (state.fails) throw new Error('no');
      written.push([...rows]);
    },
    canWrite: () => state.canWrite,
    clock: () => state.nowMs,
    log: { ...silentLog, warn: (fields) => void lines.push(fields) },
    everyMs,
  });
  const sum = (): number => written.flat().reduce((total, { times }) => total + times, 0);
  return { tally, written, lines, state, sum };
}

describe('the tally of refused requests', () => {
  it('many equal requests are written as one row, in one statement', async () => {
    const { tally, written } = underTest();
    for (let number = 0; number < 500; number += 1) tally.note(request({ requestId: `r${number}` }));
    await tally.flush();
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject([{ times: 500, requestId: 'r499', firstAtMs: someTimeMs }]);
  });

  it('the tally writes by itself after a while, and nothing while nothing was refused', async () => {
    const { tally, written } = underTest(5);
    tally.note(request());
    await expect.poll(() => written.length).toBe(1);
    await tally.stop();
    expect(written).toHaveLength(1);
  });

  it('the tally keeps counts while the store does not answer, and writes them once it does', async () => {
    const { tally, state, sum } = underTest();
    state.canWrite = false;
    tally.note(request());
    await tally.flush();
    expect(sum()).toBe(0);
    [state.canWrite, state.fails] = [true, true];
    tally.note(request());
    await tally.flush();
    state.fails = false;
    tally.note(request());
    await tally.flush();
    expect(sum()).toBe(3);
  });

  it('addresses beyond the first ones of a minute are counted together', async () => {
    const { tally, written, state } = underTest();
    for (let number = 0; number < 10_000; number += 1)
      tally.note(request({ address: `2001:db8::${number}` }));
    await tally.flush();
    expect(written[0]).toHaveLength(rowsOfMinuteMax + 1);
    expect(written[0]?.at(-1)).toMatchObject({ address: manyOthers, path: manyOthers, times: 9_900 });
    state.nowMs += 60_000;
    tally.note(request({ address: '192.0.2.1' }));
    await tally.flush();
    expect(written[1]).toMatchObject([{ address: '192.0.2.1' }]);
  });

  it('the tally is bounded while the store is unreachable, and reports the number of dropped counts', async () => {
    const { tally, state, written, lines, sum } = underTest();
    state.canWrite = false;
    for (let minute = 0; minute < 100; minute += 1) {
      for (let number = 0; number < rowsOfMinuteMax; number += 1)
        tally.note(request({ address: `2001:db8::${number}` }));
      state.nowMs += 60_000;
    }
    state.canWrite = true;
    await tally.flush();
    expect(written[0]).toHaveLength(1_000);
    expect(lines).toEqual([{ dropped: 100 * rowsOfMinuteMax - 1_000 }]);
    expect(sum()).toBe(1_000);
  });

  it('the tally writes the remaining counts when it is stopped', async () => {
    const { tally, sum } = underTest();
    tally.note(request());
    await tally.stop();
    expect(sum()).toBe(1);
  });
});
