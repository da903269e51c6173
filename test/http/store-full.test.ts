import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countRows } from '../fixtures/fresh-store.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';
import { until } from '../fixtures/until.ts';

describe.each([
  {
    what: 'has no room left',
    shut: fill,
    repair: (r: RunningReceiver) => pragma(r, 'max_page_count = 1000000'),
  },
  {
    what: 'may not be written to',
    shut: (r: RunningReceiver) => pragma(r, 'query_only = ON'),
    repair: (r: RunningReceiver) => pragma(r, 'query_only = OFF'),
  },
])('while the file of the store $what', ({ shut, repair }) => {
  let receiver: RunningReceiver;
  beforeEach(async () => {
    receiver = await startRunningReceiver();
    await receiver.push({ callsessionid: 'before' });
    await shut(receiver);
  });
  afterEach(() => receiver.close());

  const ready = async (): Promise<unknown> => (await fetch(`${receiver.url}/readyz`)).json();
  const available = async (): Promise<string | undefined> =>
    /^jet_store_available \d$/m.exec(await (await fetch(`${receiver.url}/metrics`)).text())?.[0];

  it('a push is answered 503 when the store cannot be written, and /readyz and the metrics show it at once', async () => {
    const answer = await receiver.push(large('refused'));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await ready()).toEqual({ status: 'store_unavailable', paused: [] });
    expect(await available()).toBe('jet_store_available 0');
  });

  it('/readyz and the metrics show that the store cannot be written before any push comes', async () => {
    await until(async () => {
      expect(await ready()).toEqual({ status: 'store_unavailable', paused: [] });
    });
    expect(await available()).toBe('jet_store_available 0');
  });

  it('/readyz is ready again after the fault is fixed, even without a push; and the probes leave no data', async () => {
    await receiver.push(large('refused'));
    expect(await ready()).toMatchObject({ status: 'store_unavailable' });
    await repair(receiver);
    await until(async () => expect(await ready()).toEqual({ status: 'ready', paused: [] }));
    expect(await available()).toBe('jet_store_available 1');
    expect((await receiver.push(large('refused'))).status).toBe(200);
    const names = await receiver.store.reader.knex('settings').pluck<string[]>('name');
    expect(names.filter((name) => name.startsWith('probe'))).toEqual([]);
  });
});

describe('a store with room', () => {
  it('a store with room is probed at most once a second, whatever the number of readiness checks', async () => {
    const receiver = await startRunningReceiver();
    const { knex } = receiver.store.writer;
    let probes = 0;
    knex.on('query', ({ sql }: { sql: string }) => {
      if (/insert into .settings/.test(sql)) probes += 1;
    });
    const startedMs = performance.now();
    for (let index = 0; index < 20; index += 1) await fetch(`${receiver.url}/readyz`);
    expect(probes).toBeGreaterThan(0);
    expect(probes).toBeLessThanOrEqual(1 + Math.floor((performance.now() - startedMs) / 1_000));
    expect(await countRows(receiver.store, 'pushes')).toBe(0);
    await receiver.close();
  });
});

/** A push that needs new pages. */
function large(callsessionid: string): object {
  return { callsessionid, note: 'x'.repeat(40_000) };
}

/** Limits the file to its present pages, all of which are full. */
async function fill(receiver: RunningReceiver): Promise<void> {
  await pragma(receiver, 'max_page_count = 1');
}

async function pragma({ store }: RunningReceiver, setting: string): Promise<void> {
  await store.writer.knex.raw(`PRAGMA ${setting}`);
}
