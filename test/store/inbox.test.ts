import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createInbox,
  type Inbox,
  type InboxOptions,
  type RawBody,
  type Taken,
} from '../../src/store/inbox.ts';
import { pushesOfCallMax } from '../../src/store/push-group.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { QuarantineFull, readQuarantine } from '../../src/store/quarantine.ts';
import { createStoreGate, StoreSilent, type StoreGate } from '../../src/store/store-gate.ts';
import { engines } from '../fixtures/engines.ts';
import {
  countRows,
  openFreshStore,
  readCall,
  readDelivery,
  type FreshStore,
} from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { silentLog } from '../fixtures/running-worker.ts';

const [sqlite] = engines;
const raw: RawBody = {
  body: Buffer.from('{"as":"it came"}'),
  pathStage: 'call_end',
  contentType: 'text/plain',
  contentEncoding: 'gzip',
};
const pushOfCall = (callId: string) => pushOf(inboundBodies(callId).start);
const refusal = { code: 'malformed_json', detail: 'The body is not JSON.' };

describe('the inbox', () => {
  let fresh: FreshStore;
  let gate: StoreGate;
  let inbox: Inbox;
  let isInPlace: boolean;
  let commits: number[];
  let stored: number;
  const make = (options: Partial<InboxOptions> = {}): Inbox =>
    createInbox({
      ...{ store: fresh.store, gate, secretKeys: { present: 'key', previous: undefined } },
      destinations: [{ name: 'crm', stages: ['call_start'], settleAfterMs: 0 }],
      quarantineBytesMax: 1024 * 1024,
      clock: () => someTimeMs,
      log: silentLog,
      onCommit: (size) => commits.push(size),
      onStored: () => (stored += 1),
      ...options,
    });
  const takeList = async (items: Parameters<Inbox['takeList']>[0]): Promise<Taken[]> => {
    const answers: Taken[] = [];
    for await (const taken of inbox.takeList(items)) answers.push(taken);
    return answers;
  };
  beforeEach(async () => {
    if (sqlite !== undefined) fresh = await openFreshStore(sqlite, ['crm']);
    isInPlace = true;
    commits = [];
    stored = 0;
    gate = createStoreGate({
      ...{ answersWithinMs: 10_000, quickMs: 1_000, probeEveryMs: 10 },
      isAway: (error) => fresh.store.writer.isAway(error),
      isInPlace: () => isInPlace,
      probe: () => Promise.resolve(),
      onChange: () => undefined,
    });
    inbox = make();
  });
  afterEach(async () => {
    gate.stop();
    await fresh.close();
  });
  const fill = (callId: string) =>
    storePushes(
      fresh.store,
      Array.from({ length: pushesOfCallMax }, (_none, number) =>
        pushOf({ ...inboundBodies(callId).start, servicename: `Sales ${number}` }),
      ),
      [],
      someTimeMs,
    );
  const refuseInDatabase = (callId: string) =>
    fresh.store.writer.knex.raw(
      `CREATE TRIGGER refuse BEFORE INSERT ON pushes WHEN NEW.call_id = '${callId}' BEGIN SELECT RAISE(ABORT, 'no'); END`,
    );

  it('the inbox has committed the push, its call and its due delivery when it answers', async () => {
    const push = pushOfCall('a');
    expect(await inbox.take(push, raw)).toEqual({
      ...{ kind: 'stored', pushId: push.id, duplicate: false, moved: undefined },
    });
    expect(await countRows(fresh.store, 'pushes')).toBe(1);
    expect(await readCall(fresh.store, 'a')).toBeDefined();
    expect(await readDelivery(fresh.store, 'crm', 'a')).toMatchObject({ state: 'due' });
    expect(await countRows(fresh.store, 'quarantine')).toBe(0);
    expect({ commits, stored }).toEqual({ commits: [1], stored: 1 });
  });

  it('the inbox answers a repeat with the id of the first', async () => {
    const first = pushOfCall('a');
    await inbox.take(first, raw);
    expect(await inbox.take(pushOfCall('a'), raw)).toMatchObject({ pushId: first.id, duplicate: true });
  });

  it('the inbox commits simultaneous pushes in fewer transactions', async () => {
    await Promise.all(Array.from({ length: 50 }, (_none, call) => inbox.take(pushOfCall(`c-${call}`), raw)));
    expect(commits.reduce((sum, size) => sum + size)).toBe(50);
    expect(commits.length).toBeLessThan(25);
  });

  it('the inbox sets aside a push of a removed or full call, unchanged, and wakes no worker', async () => {
    await fill('full');
    const taken = await inbox.take(pushOfCall('full'), raw);
    expect(taken).toMatchObject({ kind: 'set_aside', code: 'call_full' });
    expect(await readQuarantine(fresh.store, {}, 10)).toMatchObject([{ ...raw, code: 'call_full' }]);
    expect(stored).toBe(0);
  });

  it('the inbox refuses a push that the database refuses, and keeps it', async () => {
    await refuseInDatabase('bad');
    const [bad, good] = await Promise.all([
      inbox.take(pushOfCall('bad'), raw),
      inbox.take(pushOfCall('good'), raw),
    ]);
    expect(bad).toMatchObject({ kind: 'refused', code: 'not_storable' });
    expect(good).toMatchObject({ kind: 'stored' });
    expect(await readQuarantine(fresh.store, {}, 10)).toMatchObject([{ ...raw, code: 'not_storable' }]);
  });

  it('the inbox keeps a refused body unchanged', async () => {
    const id = await inbox.refuse(raw, refusal);
    expect(await readQuarantine(fresh.store, {}, 10)).toMatchObject([{ id, ...raw, ...refusal }]);
  });

  it('the inbox fails when a body must be kept and the quarantine is full', async () => {
    inbox = make({ quarantineBytesMax: 1 });
    await expect(inbox.refuse(raw, refusal)).rejects.toThrow(QuarantineFull);
    await fill('full');
    await expect(inbox.take(pushOfCall('full'), raw)).rejects.toThrow(QuarantineFull);
  });

  it('the inbox stores nothing while the file of the store is missing or replaced', async () => {
    isInPlace = false;
    await expect(inbox.take(pushOfCall('a'), raw)).rejects.toThrow(StoreSilent);
    await expect(inbox.refuse(raw, refusal)).rejects.toThrow(StoreSilent);
    await expect(takeList([{ push: pushOfCall('a'), raw: () => raw }])).rejects.toThrow(StoreSilent);
    expect(stored).toBe(0);
  });

  it('the inbox commits the pushes of a list in one transaction, and returns the results in their order', async () => {
    await fill('full');
    await refuseInDatabase('bad');
    const rawOf = (text: string) => () => ({ ...raw, body: Buffer.from(text) });
    const items = [
      { push: pushOfCall('a'), raw: rawOf('a') },
      { refusal, raw: rawOf('no push') },
      { push: pushOfCall('full'), raw: rawOf('full') },
    ];
    expect(await takeList(items)).toMatchObject([
      { kind: 'stored' },
      { kind: 'refused', code: 'malformed_json' },
      { kind: 'set_aside', code: 'call_full' },
    ]);
    expect(commits).toEqual([2]);
    expect(await takeList([{ push: pushOfCall('bad'), raw: rawOf('bad') }, ...items])).toMatchObject([
      { kind: 'refused', code: 'not_storable' },
      { kind: 'stored', duplicate: true },
      { kind: 'refused' },
      { kind: 'set_aside' },
    ]);
    const bodies = (await readQuarantine(fresh.store, {}, 10)).map(({ body }) => body.toString());
    expect(bodies.sort()).toEqual(['bad', 'full', 'no push']);
  });
});
