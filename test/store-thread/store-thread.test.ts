import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { Stage } from '../../src/domain/stage.ts';
import { createNumberKey } from '../../src/intake/number-key.ts';
import { createRandom } from '../../src/simulate/traffic/random.ts';
import { createPlan } from '../../src/simulate/traffic/plan.ts';
import {
  createBodyInbox,
  type BodyInbox,
  type ReceivedBody,
  type TakenBody,
} from '../../src/store-thread/body-inbox.ts';
import type { ThreadSettings } from '../../src/store-thread/protocol.ts';
import type * as storeThread from '../../src/store-thread/store-thread.ts';
import type { StoreThread, StoreThreadOptions } from '../../src/store-thread/store-thread.ts';
import type { Destination } from '../../src/store/deliveries.ts';
import { createInbox } from '../../src/store/inbox.ts';
import type * as storeGate from '../../src/store/store-gate.ts';
import type { StoreGate } from '../../src/store/store-gate.ts';
import type { Store } from '../../src/store/store.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../fixtures/fresh-store.ts';
import { silentLog } from '../fixtures/running-worker.ts';
import { root } from '../house/source-files.ts';

// A thread needs compiled sources. The gate must know the same classes of errors.
const compiled = (path: string): string => pathToFileURL(join(root, 'dist/src', path)).href;
const { startStoreThread } = (await import(compiled('store-thread/store-thread.js'))) as typeof storeThread;
const { createStoreGate } = (await import(compiled('store/store-gate.js'))) as typeof storeGate;

const nowMs = Date.parse('2026-07-01T03:00:00Z');
const destinations: readonly Destination[] = [{ name: 'crm', stages: ['call_end'], settleAfterMs: 60_000 }];
const secretKeys = { present: 'a key of the tests', previous: undefined };
const quarantineBytesMax = 10 * 1024 * 1024;
const numbers = { defaultCountry: 'AU', defaultAreaCode: '2' };

/** A gate that only passes work on. */
const openGate: StoreGate = {
  run: (work) => work(),
  isAway: () => false,
  isOpen: () => true,
  canStore: () => Promise.resolve(true),
  stop: () => undefined,
};

function startThread(
  url: string,
  { answersWithinMs = 10_000, ...options }: Partial<StoreThreadOptions & ThreadSettings> = {},
): Promise<StoreThread> {
  return startStoreThread({
    settings: {
      ...{ databaseUrl: url, destinations, secretKeys, quarantineBytesMax, answersWithinMs },
      intake: { statusMap: new Map(), numbers },
    },
    ...{ gate: openGate, clock: () => nowMs, log: silentLog },
    ...{ onCommit: () => undefined, onStored: () => undefined },
    onDeath: (error) => {
      throw error;
    },
    ...options,
  });
}

function mainThreadInbox(store: Store): BodyInbox {
  const inbox = createInbox({
    ...{ store, gate: openGate, destinations, secretKeys, quarantineBytesMax, log: silentLog },
    ...{ clock: () => nowMs, onCommit: () => undefined, onStored: () => undefined },
  });
  return createBodyInbox(inbox, { statusMap: new Map(), numberKey: createNumberKey(numbers) });
}

function received(text: string | Buffer, facts: Partial<ReceivedBody> = {}): ReceivedBody {
  return {
    ...{ body: Buffer.from(text), receivedAtMs: nowMs, sender: 'fixed header', pathStage: undefined },
    ...{ contentType: 'application/json', contentEncoding: undefined },
    ...facts,
  };
}

/**
 * Bodies of 300 calls: with lists, disorder, other envelopes, bodies that are no push, and then repeats. Only repeats are
 * compressed, because unpacking can change the order of bodies that arrive together.
 */
function mixedBodies(seed: number): ReceivedBody[] {
  const random = createRandom(seed);
  const once = createPlan(seed, 300, nowMs).steps.map((step, index) => {
    const stage = /call-(?:start|answered|end)(?:-outbound)?$/.exec(step.path)?.[0].replaceAll('-', '_');
    return received(step.body, {
      receivedAtMs: nowMs + index,
      pathStage: stage as Stage | undefined,
      contentType: step.contentType,
    });
  });
  const repeats = once
    .filter(() => random.chance(0.4))
    .map((body) =>
      random.chance(0.5) ? body : { ...body, body: gzipSync(body.body), contentEncoding: 'gzip' },
    );
  return [...once, ...repeats];
}

const bodiesAtOnce = 40;

async function takeAll(take: BodyInbox['take'], bodies: readonly ReceivedBody[]): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let at = 0; at < bodies.length; at += bodiesAtOnce)
    results.push(...(await Promise.all(bodies.slice(at, at + bodiesAtOnce).map(take))));
  // Ids of pushes are random.
  return JSON.parse(
    JSON.stringify(results, (key, value: unknown) => (/^(?:pushId|quarantineId)$/.test(key) ? '' : value)),
  ) as unknown[];
}

/** All rows that do not depend on random ids, nor on which pushes shared a transaction. */
async function contentOf({ writer: { knex } }: Store): Promise<Record<string, unknown[]>> {
  const rows = async (table: string, columns: string, order: string): Promise<unknown[]> =>
    (await knex.raw(`SELECT ${columns} FROM ${table} ORDER BY ${order}`)) as unknown[];
  return {
    calls: await rows('calls', 'id, stage, record, started_at, dial_status, service, counterpart', 'id'),
    pushes: await rows(
      'pushes',
      'call_id, stage, content_hash, received_at, path_stage, sender, parsed, body',
      'call_id, content_hash',
    ),
    deliveries: await rows('deliveries', 'call_id, destination, state, due_at', 'call_id, destination'),
    quarantine: await rows(
      'quarantine',
      'code, detail, path_stage, content_type, content_encoding, size, times, hex(body) AS body',
      'content_hash',
    ),
  };
}

const [sqlite] = engines;

describe('the store thread', () => {
  const closing: (() => Promise<unknown>)[] = [];
  const freshStore = async (): Promise<FreshStore> => {
    if (sqlite === undefined) throw new Error('SQLite is always there');
    const fresh = await openFreshStore(sqlite, ['crm']);
    closing.push(() => fresh.close());
    return fresh;
  };
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  it('the store thread stores and answers the same as the main thread, for 300 calls with repeats, lists, disorder and broken bodies', async () => {
    const bodies = mixedBodies(20_261_129);
    const own = await freshStore();
    const expected = await takeAll(mainThreadInbox(own.store).take, bodies);
    const fresh = await freshStore();
    const thread = await startThread(fresh.url);
    const results = await takeAll(thread.take, bodies);
    await thread.close();
    expect(bodies.length).toBeGreaterThan(1_000);
    expect(results).toEqual(expected);
    const content = await contentOf(own.store);
    expect(content['calls']?.length).toBeGreaterThan(290);
    expect(content['quarantine']?.length).toBeGreaterThan(3);
    expect(await contentOf(fresh.store)).toEqual(content);
  });

  it('the store thread tells the main thread of each commit and that calls were stored', async () => {
    const fresh = await freshStore();
    const commits: number[] = [];
    let stored = 0;
    const thread = await startThread(fresh.url, {
      onCommit: (size) => commits.push(size),
      onStored: () => (stored += 1),
    });
    await Promise.all(['call-1', 'call-2'].map((id) => thread.take(received(`{"callsessionid":"${id}"}`))));
    expect(commits.reduce((sum, size) => sum + size, 0)).toBe(2);
    expect(stored).toBeGreaterThan(0);
    await thread.close();
  });

  it("the store thread writes nothing during the main thread's turn, and then what came meanwhile", async () => {
    const fresh = await freshStore();
    const thread = await startThread(fresh.url);
    const endTurn = await thread.askTurn();
    let isTaken = false;
    const taken = thread.take(received('{"callsessionid":"call-1"}')).finally(() => (isTaken = true));
    await sleep(300);
    const pushes = async (): Promise<unknown[]> => fresh.store.reader.knex('pushes').select('call_id');
    expect([isTaken, await pushes()]).toEqual([false, []]);
    endTurn();
    await taken;
    expect(await pushes()).toEqual([{ call_id: 'call-1' }]);
    await thread.close();
  });

  it('the store thread gives one turn at a time, and none after its close', async () => {
    const fresh = await freshStore();
    const thread = await startThread(fresh.url);
    const given: number[] = [];
    const turns = [1, 2].map(async (turn) => {
      const endTurn = await thread.askTurn();
      given.push(turn);
      return endTurn;
    });
    const endFirst = await turns[0];
    await sleep(300);
    expect(given).toEqual([1]);
    endFirst?.();
    (await turns[1])?.();
    await thread.close();
    // A closed thread answers nothing. If it were asked, the main thread would wait for two seconds.
    const startedMs = performance.now();
    (await thread.askTurn())();
    expect(performance.now() - startedMs).toBeLessThan(1_900);
  });

  it('the main thread waits two seconds for its turn, and a turn that is ended before it is given does not stop the store thread', async () => {
    const fresh = await freshStore();
    const thread = await startThread(fresh.url);
    const endFirst = await thread.askTurn();
    const startedMs = performance.now();
    const endSecond = await thread.askTurn();
    expect(performance.now() - startedMs).toBeGreaterThan(1_900);
    endSecond();
    endFirst();
    expect(await thread.take(received('{"callsessionid":"call-1"}'))).toMatchObject({ kind: 'stored' });
    await thread.close();
  });

  it('the store thread reports that it ended by itself', async () => {
    const fresh = await freshStore();
    const workers: Worker[] = [];
    process.once('worker', (worker) => workers.push(worker));
    const died = new Promise<unknown>((resolve) => {
      void startThread(fresh.url, { onDeath: resolve }).then(() => workers[0]?.terminate());
    });
    expect(await died).toMatchObject({ message: 'The store thread ended with code 1' });
  });

  it('the store thread does not start when its store cannot be opened', async () => {
    const fresh = await freshStore();
    await expect(startThread(`${fresh.url}/not-a-folder/jet.sqlite`)).rejects.toThrow(/SQLITE_CANTOPEN/);
  });

  it('a silent store closes the gate at the first commit that takes too long, and pushes that wait for the next commit are refused with it', async () => {
    const fresh = await freshStore();
    const { knex } = fresh.store.writer;
    const isOpen: boolean[] = [];
    const gate = createStoreGate({
      ...{ answersWithinMs: 10_000, quickMs: 1_000, probeEveryMs: 10_000 },
      ...{ isAway: () => false, isInPlace: () => true, probe: () => Promise.resolve() },
      onChange: (open) => isOpen.push(open),
    });
    const thread = await startThread(fresh.url, { gate, answersWithinMs: 500 });
    const lock = await knex.transaction();
    closing.push(async () => lock.isCompleted() || lock.rollback());
    const take = (id: string): Promise<string> =>
      thread.take(received(`{"callsessionid":"${id}"}`)).then(
        ({ kind }) => kind,
        (error: unknown) => (error as Error).message,
      );
    const first = Promise.all([take('call-1'), take('call-2')]);
    // The first commit waits for the lock by now.
    await sleep(100);
    const second = take('call-3');
    const silent = 'The store did not answer in time';
    expect(await first).toEqual([silent, silent]);
    await lock.rollback();
    expect(await second).toBe(silent);
    expect(isOpen[0]).toBe(false);
    gate.stop();
    await thread.close();
  });

  it('lists that need thousands of commits take longer than a silent store may, and are stored', async () => {
    const fresh = await freshStore();
    const gate = createStoreGate({
      ...{ answersWithinMs: 2_000, quickMs: 1_000, probeEveryMs: 10_000 },
      ...{ isAway: () => false, isInPlace: () => true, probe: () => Promise.resolve() },
      onChange: () => undefined,
    });
    const thread = await startThread(fresh.url, { gate, answersWithinMs: 1_000 });
    // Each item that is no call is one commit in the quarantine.
    const takeList = (id: number): Promise<TakenBody> =>
      thread.take(received(`[{"callsessionid":"call-${id}"}${',1'.repeat(999)}]`));
    let startedMs = performance.now();
    await takeList(0);
    const listMs = performance.now() - startedMs;
    startedMs = performance.now();
    // Enough lists for more than the two seconds after which a thread without news counts as hanging. A slow machine needs
    // fewer. The first list is the slowest.
    const lists = Array.from({ length: Math.ceil(8_000 / listMs) }, (_, index) => takeList(index + 1));
    expect((await Promise.all(lists)).map(({ kind }) => kind)).toEqual(lists.map(() => 'list'));
    expect(performance.now() - startedMs).toBeGreaterThan(2_000);
    gate.stop();
    await thread.close();
  });

  it('the store thread reports an error of the store with its code', async () => {
    const fresh = await freshStore();
    const thread = await startThread(fresh.url);
    await fresh.store.writer.knex.schema.renameTable('pushes', 'pushes_elsewhere');
    await expect(thread.take(received('{"callsessionid":"call-1"}'))).rejects.toMatchObject({
      code: 'SQLITE_ERROR',
    });
    await thread.close();
  });
});
