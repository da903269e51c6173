import { afterEach, describe, expect, it } from 'vitest';
import { createGroupCommit, Overloaded, type GroupCommitOptions } from '../../src/store/group-commit.ts';
import { storePushes, type NewPush, type StoredPush } from '../../src/store/pushes.ts';
import { engines } from '../fixtures/engines.ts';
import { countRows, openFreshStore, type FreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';

const options: GroupCommitOptions = { groupSizeMax: 500, waitingMax: 1000, failsAll: () => false };

/** A commit that the test ends. */
function heldCommit() {
  const groups: { items: readonly number[]; end: (error?: Error) => void }[] = [];
  const commit = (items: readonly number[]): Promise<readonly number[]> =>
    new Promise((resolve, reject) => {
      groups.push({ items, end: (error) => (error === undefined ? resolve(items) : reject(error)) });
    });
  return { groups, commit };
}

/** Waits many turns of the event loop, after which the group is complete. */
const turns = async (): Promise<void> => {
  for (let count = 0; count < 20; count += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('the group commit', () => {
  it('items of one turn of the event loop are in one commit', async () => {
    const { groups, commit } = heldCommit();
    const add = createGroupCommit(commit, options);
    void Promise.all([1, 2, 3].map(add));
    await turns();
    expect(groups.map(({ items }) => items)).toEqual([[1, 2, 3]]);
  });

  it('items that come during a commit are in the next one', async () => {
    const { groups, commit } = heldCommit();
    const add = createGroupCommit(commit, options);
    const first = add(1);
    await turns();
    const later = Promise.all([2, 3].map(add));
    await turns();
    expect(groups).toHaveLength(1);
    groups[0]?.end();
    await first;
    await turns();
    expect(groups[1]?.items).toEqual([2, 3]);
    groups[1]?.end();
    expect(await later).toEqual([2, 3]);
  });

  it('a second group is committed at once when eight items wait, and the next few wait for one of the two', async () => {
    const { groups, commit } = heldCommit();
    const add = createGroupCommit(commit, { ...options, groupsMax: 2 });
    const all = [add(0)];
    await turns();
    all.push(...[1, 2, 3, 4, 5, 6, 7].map(add));
    await turns();
    expect(groups).toHaveLength(1);
    all.push(...[8, 9].map(add));
    await turns();
    expect(groups[1]?.items).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    all.push(...Array.from({ length: 20 }, (_none, index) => add(10 + index)));
    await turns();
    expect(groups).toHaveLength(2);
    groups[0]?.end();
    await turns();
    expect(groups[2]?.items).toHaveLength(20);
    all.push(add(30));
    groups[1]?.end();
    await turns();
    expect(groups).toHaveLength(3);
    groups[2]?.end();
    await turns();
    groups[3]?.end();
    expect(await Promise.all(all)).toEqual([...Array(31).keys()]);
  });

  it('each of two groups at once takes about half of all items on their way', async () => {
    const { groups, commit } = heldCommit();
    const add = createGroupCommit(commit, { ...options, groupsMax: 2 });
    const addApart = async (count: number): Promise<void> => {
      for (let left = count; left > 0; left -= 1) {
        void add(left);
        await new Promise((resolve) => process.nextTick(resolve));
      }
    };
    await addApart(20);
    await turns();
    await addApart(80);
    await turns();
    groups[0]?.end();
    await turns();
    groups[1]?.end();
    await turns();
    expect(groups.map(({ items }) => items.length)).toEqual([16, 50, 34]);
  });

  it('items that came together stay in one group, also when the group is then larger than its share', async () => {
    const { groups, commit } = heldCommit();
    const add = createGroupCommit(commit, { ...options, groupsMax: 2 });
    void Promise.all(Array.from({ length: 50 }, (_none, index) => add(index)));
    await turns();
    expect(groups.map(({ items }) => items.length)).toEqual([50]);
  });

  it('a group after a failed one takes its share only of the items that are still on their way', async () => {
    const { groups, commit } = heldCommit();
    const add = createGroupCommit(commit, { ...options, groupsMax: 2, failsAll: () => true });
    const failed = Promise.allSettled(Array.from({ length: 50 }, (_none, index) => add(index)));
    await turns();
    groups[0]?.end(new Error('away'));
    await failed;
    for (let left = 80; left > 0; left -= 1) {
      void add(left);
      await new Promise((resolve) => process.nextTick(resolve));
    }
    await turns();
    expect(groups.map(({ items }) => items.length)).toEqual([50, 40, 40]);
  });

  it('a group is formed only after the senders of the group before it were answered', async () => {
    const order: string[] = [];
    const commit = async (items: readonly number[]): Promise<readonly number[]> => {
      order.push(`commit of ${items.length}`);
      await new Promise(setImmediate);
      return items;
    };
    const add = createGroupCommit(commit, options);
    const answer = async (item: number): Promise<void> => {
      await add(item);
      for (let hops = 0; hops < 20; hops += 1) await Promise.resolve();
      order.push(`answer to ${item}`);
    };
    const first = answer(0);
    while (order.length === 0) await new Promise(setImmediate);
    // So many items are committed without a further wait.
    await Promise.all([first, ...[1, 2, 3, 4, 5, 6, 7, 8].map(answer)]);
    expect(order.slice(0, 3)).toEqual(['commit of 1', 'answer to 0', 'commit of 8']);
  });

  it('each item of many in two groups at once gets its own result, whatever the order of the commits', async () => {
    let running = 0;
    let most = 0;
    const commit = async (items: readonly number[]): Promise<readonly number[]> => {
      most = Math.max(most, (running += 1));
      for (let left = items.length % 7; left > 0; left -= 1) await new Promise(setImmediate);
      running -= 1;
      return items.map((item) => item * 10);
    };
    const add = createGroupCommit(commit, { ...options, groupSizeMax: 10, groupsMax: 2 });
    const results: Promise<number>[] = [];
    for (let item = 0; item < 2_000; item += 1) {
      results.push(add(item));
      if (item % 13 === 0) await new Promise(setImmediate);
    }
    expect(await Promise.all(results)).toEqual([...Array(2_000).keys()].map((item) => item * 10));
    expect(most).toBe(2);
  });

  it('each promise settles only after its own commit', async () => {
    const { groups, commit } = heldCommit();
    const add = createGroupCommit(commit, options);
    const settled: number[] = [];
    const first = add(1).then((item) => settled.push(item));
    await turns();
    void add(2).then((item) => settled.push(item));
    await turns();
    expect(settled).toEqual([]);
    groups[0]?.end();
    await first;
    await turns();
    expect(settled).toEqual([1]);
  });

  it('each item gets its own result', async () => {
    const add = createGroupCommit(
      (items: readonly number[]) => Promise.resolve(items.map((item) => item * 10)),
      options,
    );
    expect(await Promise.all([1, 2, 3].map(add))).toEqual([10, 20, 30]);
  });

  it('no group is larger than its maximum', async () => {
    const sizes: number[] = [];
    const commit = (items: readonly number[]) => {
      sizes.push(items.length);
      return Promise.resolve(items);
    };
    const add = createGroupCommit(commit, { ...options, groupSizeMax: 4 });
    await Promise.all(Array.from({ length: 10 }, (_none, index) => add(index)));
    expect(sizes).toEqual([4, 4, 2]);
  });

  it('the items of a failed group are tried one by one, so that only the bad one fails', async () => {
    const commit = (items: readonly number[]) =>
      items.includes(13) ? Promise.reject(new Error('bad')) : Promise.resolve(items);
    const add = createGroupCommit(commit, options);
    const results = await Promise.allSettled([1, 13, 2].map(add));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('the whole group fails at once when the error is the database’s', async () => {
    let commits = 0;
    const commit = () => {
      commits += 1;
      return Promise.reject(new Error('away'));
    };
    const add = createGroupCommit(commit, { ...options, failsAll: () => true });
    const results = await Promise.allSettled([1, 2, 3].map(add));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(commits).toBe(1);
  });

  it('trying one by one stops when the database becomes unreachable', async () => {
    const groups: (readonly number[])[] = [];
    const commit = (items: readonly number[]) => {
      groups.push(items);
      return Promise.reject(new Error(items.length > 1 ? 'bad' : 'away'));
    };
    const add = createGroupCommit(commit, {
      ...options,
      failsAll: (error) => (error as Error).message === 'away',
    });
    await Promise.allSettled([1, 2, 3].map(add));
    expect(groups).toEqual([[1, 2, 3], [1]]);
  });

  it('items are refused at once while too many wait, and accepted again when there is room', async () => {
    const { groups, commit } = heldCommit();
    const add = createGroupCommit(commit, { ...options, waitingMax: 2 });
    const taken = [add(1), add(2)];
    await expect(add(3)).rejects.toBeInstanceOf(Overloaded);
    await turns();
    const next = add(4);
    groups[0]?.end();
    await Promise.all(taken);
    await turns();
    groups[1]?.end();
    expect(await next).toBe(4);
  });

  it('the group commit continues after a failed commit', async () => {
    const { groups, commit } = heldCommit();
    const add = createGroupCommit(commit, options);
    const bad = add(1);
    await turns();
    groups[0]?.end(new Error('bad'));
    await expect(bad).rejects.toThrow('bad');
    const good = add(2);
    await turns();
    groups[1]?.end();
    expect(await good).toBe(2);
  });
});

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the group commit over a store on ${engine.title}`, () => {
    let fresh: FreshStore;
    afterEach(() => fresh.close());

    const storing = (): ((push: NewPush) => Promise<StoredPush>) =>
      createGroupCommit((pushes) => storePushes(fresh.store, pushes, [], someTimeMs), {
        ...options,
        failsAll: (error) => fresh.store.writer.isAway(error),
      });

    it('a group stores the other pushes when the database refuses one', async () => {
      fresh = await openFreshStore(engine);
      const store = storing();
      const pushes = ['a', 'bad', 'b'].map((callId) => pushOf(inboundBodies(callId).start));
      const bad = { ...pushes[1], contentHash: null } as unknown as NewPush;
      const results = await Promise.allSettled(pushes.map((push, index) => store(index === 1 ? bad : push)));
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await countRows(fresh.store, 'pushes')).toBe(2);
    });

    it('a group whose bodies together exceed one packet of the server is stored', async () => {
      fresh = await openFreshStore(engine);
      const store = storing();
      const pushes = Array.from({ length: 60 }, (_none, index) =>
        pushOf({ ...inboundBodies(`large-${index}`).start, x: String(index).padStart(200 * 1024, 'é') }),
      );
      const results = await Promise.all(pushes.map(store));
      expect(results.every(({ duplicate }) => !duplicate)).toBe(true);
      expect(await countRows(fresh.store, 'pushes')).toBe(60);
    });
  });
}
