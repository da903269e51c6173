import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { foldCall } from '../../src/domain/fold.ts';
import { createJsonTexts } from '../../src/store/rows/json-texts.ts';
import type { Destination } from '../../src/store/deliveries.ts';
import { registerDestinations } from '../../src/store/destinations.ts';
import { storePushes, type NewPush } from '../../src/store/pushes.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { asStored, countRows, readCall, readDelivery } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';

const sql: Destination = { name: 'sql', stages: ['call_start', 'call_end'], settleAfterMs: 1000 };

describe('npm run refold', () => {
  let folder: CommandFolder;
  let store: Store;
  beforeEach(async () => {
    folder = await makeCommandFolder();
    store = await openStore(folder.storeUrl, storeMigrations);
    await registerDestinations(store, ['sql']);
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  const refold = (...args: string[]) => folder.run('refold', args);
  const rested = { state: 'delivered', due_at: null, due_since: null };

  /** The result of an older parser: without the service's name, and with a field that no longer exists. */
  const storeAsOfOld = async (callId: string, destinations = [sql]): Promise<NewPush> => {
    const push = pushOf(inboundBodies(callId).end);
    const fields = { ...push.fields, campaign: 'old' };
    delete fields.service_name;
    const old: NewPush = { ...push, fields };
    await storePushes(store, [push], destinations, someTimeMs);
    await store.writer
      .knex('pushes')
      .where({ id: push.id })
      .update({ parsed: createJsonTexts().parsed(old) });
    await store.writer
      .knex('calls')
      .where({ id: callId })
      .update({ record: JSON.stringify(foldCall([old])) });
    await store.writer.knex('deliveries').where({ call_id: callId }).update(rested);
    return push;
  };

  it('npm run refold shows the differences field by field, and changes nothing', async () => {
    await storeAsOfOld('old');
    await storePushes(store, [pushOf(inboundBodies('new').end)], [sql], someTimeMs);
    const before = await readCall(store, 'old');
    const { code, stdout } = await refold();
    expect(code).toBe(0);
    expect(stdout).toContain('call old');
    expect(stdout).toContain('service_name: (none) -> "Sales"');
    expect(stdout).toContain('campaign: "old" -> (none)');
    expect(stdout).toContain('2 calls read, 1 differs and would be written');
    expect(stdout).not.toContain('call new');
    expect(await readCall(store, 'old')).toEqual(before);
  });

  it('npm run refold --apply writes, raises the revision, makes deliveries due, and finds nothing to do the second time', async () => {
    const push = await storeAsOfOld('old');
    await storeAsOfOld('never-owed', []);
    await storePushes(store, [pushOf(inboundBodies('new').end)], [sql], someTimeMs);
    await store.writer.knex('deliveries').where({ call_id: 'new' }).update(rested);
    const startedMs = Date.now();
    const { code, stdout } = await refold('--apply');
    expect(code).toBe(0);
    expect(stdout).toContain('3 calls read, 2 differ and were written');
    const call = await readCall(store, 'old');
    expect(call?.record).toEqual(asStored(foldCall([push])));
    expect(call?.revision).toBeGreaterThanOrEqual(startedMs);
    expect(await readDelivery(store, 'sql', 'old')).toMatchObject({ state: 'due', revision: call?.revision });
    expect(await readDelivery(store, 'sql', 'new')).toMatchObject({
      state: 'delivered',
      revision: someTimeMs,
    });
    expect(await readDelivery(store, 'sql', 'never-owed')).toBeUndefined();
    expect((await refold('--apply')).stdout).toContain('3 calls read, 0 differ.');
  });

  it('npm run refold reads only the named calls', async () => {
    await storeAsOfOld('old');
    await storeAsOfOld('older');
    expect((await refold('--id', 'older')).stdout).toContain('1 call read, 1 differs');
    expect((await refold('--since', '2099-01-01')).stdout).toContain('0 calls read, 0 differ.');
  });

  it('npm run refold shows at most the requested number of calls, and counts all', async () => {
    await storeAsOfOld('a');
    await storeAsOfOld('b');
    const { stdout } = await refold('--limit', '1');
    expect(stdout).toContain('call a');
    expect(stdout).not.toContain('call b');
    expect(stdout).toContain('service_name: differs in 2');
  });

  it('npm run refold keeps the stored reading when the body cannot be read again', async () => {
    const push = await storeAsOfOld('old');
    await store.writer
      .knex('pushes')
      .where({ id: push.id })
      .update({ body: Buffer.from('{"broken') });
    const { code, stdout } = await refold('--apply');
    expect(code).toBe(0);
    expect(stdout).toContain('1 push could not be read again');
    expect((await readCall(store, 'old'))?.record.fields.campaign).toBe('old');
  });

  it.each([
    ['a limit that is not a number', ['--limit', 'many'], '--limit'],
    ['an invalid time', ['--since', 'yesterday'], 'yesterday'],
    ['an unknown option', ['--everything'], '--everything'],
  ])('npm run refold refuses %s with exit code 2, and without a stack', async (_what, args, word) => {
    const { code, stderr } = await refold(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(word);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('npm run refold shows its help on request', async () => {
    const { code, stdout } = await refold('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--apply');
  });

  it('npm run refold loses nothing that a receiver stores at the same time', async () => {
    const pushes = new Map<string, NewPush[]>();
    for (let index = 0; index < 20; index += 1)
      pushes.set(`busy-${index}`, [await storeAsOfOld(`busy-${index}`)]);
    const stop = new AbortController();
    let stored = 0;
    const receiving = (async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const callId = `busy-${stored % 20}`;
        const push = pushOf({ ...inboundBodies(callId).answered, odd: stored }, someTimeMs + stored);
        await storePushes(store, [push], [sql], someTimeMs);
        pushes.get(callId)?.push(push);
        stored += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const { code } = await refold('--apply');
    stop.abort();
    await receiving;
    expect(code).toBe(0);
    expect(await countRows(store, 'pushes')).toBe(stored + 20);
    for (const [callId, ofCall] of pushes) {
      expect((await readCall(store, callId))?.record).toEqual(asStored(foldCall(ofCall)));
    }
  });
});
