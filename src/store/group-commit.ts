import { setImmediate as nextTurn } from 'node:timers/promises';

/** The queue is full: the database cannot keep up, or is away. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

export interface GroupCommitOptions {
  /** The most items in one transaction. */
  readonly groupSizeMax: number;
  /** The most items that wait; more are refused at once with {@link Overloaded}. */
  readonly waitingMax: number;
  /** True when an error lies in the database and not in an item: then the whole group fails at once. */
  readonly failsAll: (error: unknown) => boolean;
  /** Called after each group with its size and how long its commit took. */
  readonly onCommit?: (size: number, durationMs: number) => void;
}

// So many share a transaction's cost well; waiting for more would leave the database idle while they are read.
const gatherMax = 8;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets items that come while a commit is in flight share the next one, so that the cost of a sync is shared
 * under load. Each promise settles after its own commit.
 *
 * When a group fails, its items are tried one by one, so that a bad one fails alone.
 *
 * @param commit stores items in one transaction and answers in their order
 */
export function createGroupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: GroupCommitOptions,
): (item: Item) => Promise<Result> {
  const queue: Waiting<Item, Result>[] = [];
  let running = false;

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
   * Waits until two turns of the event loop bring no further item. Those whose group was just answered may send
   * again: taken along, they share one transaction and not two, which are most of the cost of small groups.
   */
  const gather = async (): Promise<void> => {
    let known = queue.length;
    for (let quietTurns = 0; quietTurns < 2 && known < gatherMax;) {
      await nextTurn();
      quietTurns = queue.length > known ? 0 : quietTurns + 1;
      known = queue.length;
    }
  };

  const run = async (): Promise<void> => {
    running = true;
    while (queue.length > 0) {
      await gather();
      const group = queue.splice(0, options.groupSizeMax);
      try {
        await commitGroup(group);
      } catch (error) {
        await retryOneByOne(group, error);
      }
    }
    running = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      if (queue.length >= options.waitingMax) {
        reject(new Overloaded('Too many requests wait for the database'));
        return;
      }
      queue.push({ item, resolve, reject });
      if (!running) void run();
    });
}
