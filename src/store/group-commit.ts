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

interface Waiting<Item, Result> {
  readonly item: Item;
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
  const { groupsMax = 1 } = options;
  const queue: Waiting<Item, Result>[] = [];
  let running = 0;

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
   * Commits groups while items wait. While another run is active, this one stops when fewer than eight items wait, and the
   * other one takes them.
   */
  const run = async (): Promise<void> => {
    while (queue.length > 0 && (running === 1 || queue.length >= gatherMax)) {
      await gather();
      const group = queue.splice(0, options.groupSizeMax);
      // Another run took the items meanwhile.
      if (group.length === 0) continue;
      try {
        await commitGroup(group);
      } catch (error) {
        await retryOneByOne(group, error);
      }
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
      queue.push({ item, resolve, reject });
      if (running === 0) start(run);
      else if (running < groupsMax && queue.length >= gatherMax) start(runBeside);
    });
}
