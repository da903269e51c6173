import { setImmediate as nextTurn } from 'node:timers/promises';

/** The queue is full: the database is too slow or unreachable. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

export interface GroupCommitOptions {
  /** The most items in one transaction. */
  readonly groupSizeMax: number;
  /** The most groups that are committed at once: 1 if it is left out. A further group starts only when eight items wait. */
  readonly groupsMax?: number;
  /** The most items that may wait. Further items are refused at once with {@link Overloaded}. */
  readonly waitingMax: number;
  /** True when the database causes the error, not an item. The whole group then fails at once. */
  readonly failsAll: (error: unknown) => boolean;
  /** Called after each group with its size and the duration of its commit. */
  readonly onCommit?: (size: number, durationMs: number) => void;
}

// This many items share the cost of a transaction well. Waiting for more would leave the database idle.
const gatherMax = 8;
// A smaller group costs too much for each of its items.
const shareMin = 16;

/** Resolves after the code that waited for the settled promises has run. */
const afterAnswers = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

interface Waiting<Item, Result> {
  readonly item: Item;
  /** Items with the same number came together. */
  readonly arrival: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Groups items: those that arrive during a commit share the next one, so that they share the cost of a sync under load.
 * Each promise settles after its own commit.
 *
 * When a group fails, its items are tried one by one, so that only the bad item fails.
 *
 * @param commit stores items in one transaction and returns results in their order
 */
export function createGroupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: GroupCommitOptions,
): (item: Item) => Promise<Result> {
  const { groupSizeMax, groupsMax = 1 } = options;
  const queue: Waiting<Item, Result>[] = [];
  let running = 0;
  let committing = 0;
  let arrival = 0;
  let isArriving = false;

  const commitGroup = async (group: readonly Waiting<Item, Result>[]): Promise<void> => {
    const startedMs = performance.now();
    const results = await commit(group.map((waiting) => waiting.item));
    options.onCommit?.(group.length, performance.now() - startedMs);
    group.forEach((waiting, index) => waiting.resolve(results[index] as Result));
  };

  const retryOneByOne = async (
    group: readonly Waiting<Item, Result>[],
    groupError: unknown,
  ): Promise<void> => {
    let failure = group.length === 1 || options.failsAll(groupError) ? groupError : undefined;
    for (const waiting of group) {
      if (failure !== undefined) {
        waiting.reject(failure);
        continue;
      }
      try {
        await commitGroup([waiting]);
      } catch (error) {
        waiting.reject(error);
        if (options.failsAll(error)) failure = error;
      }
    }
  };

  /**
   * Waits until two turns of the event loop bring no further item. Senders of the previous group may send again at
   * once: one shared transaction is then cheaper than two small ones.
   */
  const gather = async (): Promise<void> => {
    let known = queue.length;
    for (let quietTurns = 0; quietTurns < 2 && known < gatherMax;) {
      await nextTurn();
      quietTurns = queue.length > known ? 0 : quietTurns + 1;
      known = queue.length;
    }
  };

  /**
   * Takes the items of one group: an equal share of all items that wait or are being committed, but at least 16. With two
   * groups at once, the senders of one group get their answers and send again while the database commits the other. If one
   * group took everything, the senders and the database would wait for each other. Items that came together stay together,
   * also beyond the share, because they are answered together.
   */
  const takeGroup = (): Waiting<Item, Result>[] => {
    const share = Math.ceil((queue.length + committing) / groupsMax);
    let size = Math.min(Math.max(share, shareMin), groupSizeMax);
    const last = Math.min(groupSizeMax, queue.length);
    while (size < last && queue[size]?.arrival === queue[size - 1]?.arrival) size += 1;
    return queue.splice(0, size);
  };

  /** Items that are queued before the next callback of the event loop come together. */
  const countArrival = (): number => {
    if (!isArriving) {
      isArriving = true;
      arrival += 1;
      process.nextTick(() => (isArriving = false));
    }
    return arrival;
  };

  /**
   * Commits groups while items wait. While another run is active, this one stops when fewer than eight items wait, and the
   * other one takes them.
   */
  const run = async (): Promise<void> => {
    while (queue.length > 0 && (running === 1 || queue.length >= gatherMax)) {
      await gather();
      const group = takeGroup();
      // Another run took the items meanwhile.
      if (group.length === 0) continue;
      committing += group.length;
      try {
        await commitGroup(group);
      } catch (error) {
        await retryOneByOne(group, error);
      }
      committing -= group.length;
      // The answers leave before the next group takes the thread.
      await afterAnswers();
    }
    running -= 1;
  };

  /** Starts another run beside the present one, after this turn of the event loop: more items may come in it. */
  const runBeside = async (): Promise<void> => {
    await nextTurn();
    await run();
  };

  /** Counts the run at once, so that there are never too many. */
  const start = (work: () => Promise<void>): void => {
    running += 1;
    void work();
  };

  return (item) =>
    new Promise((resolve, reject) => {
      if (queue.length >= options.waitingMax) {
        reject(new Overloaded('Too many pushes are waiting for the database'));
        return;
      }
      queue.push({ item, arrival: countArrival(), resolve, reject });
      if (running === 0) start(run);
      else if (running < groupsMax && queue.length >= gatherMax) start(runBeside);
    });
}
