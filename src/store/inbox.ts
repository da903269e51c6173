import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import type { Destination } from './deliveries.ts';
import { createGroupCommit, Overloaded } from './group-commit.ts';
import { pushesOfCallMax, storePushes, type NewPush, type StoredPush } from './pushes.ts';
import { quarantineBody, type RefusedBody } from './quarantine.ts';
import type { MovedPush } from './reused-ids.ts';
import type { SecretKeys } from './secret-keys.ts';
import type { StoreGate } from './store-gate.ts';
import type { Store } from './store.ts';
import { limitWaitingBytes } from './waiting-bytes.ts';

/** A body as it came, with what its request says of it. */
export type RawBody = Omit<RefusedBody, 'code' | 'detail'>;

/** Why a body is kept in the quarantine. */
export type Refusal = Pick<RefusedBody, 'code' | 'detail'>;

/** What became of a push. In each case it is on the disk. */
export type Taken =
  | {
      readonly kind: 'stored';
      /** Of a repeat: the id of the push that was stored the first time. */
      readonly pushId: string;
      readonly duplicate: boolean;
      /** Its id is another call's: the id that it was stored under. */
      readonly moved: MovedPush | undefined;
    }
  | {
      /** Its call does not take it, so it is in the quarantine: a late push brings no removed call back. */
      readonly kind: 'set_aside';
      readonly code: keyof typeof setAsideDetails;
      readonly quarantineId: string;
      readonly moved: MovedPush | undefined;
    }
  | ({
      /** It is no push, or one that the database refuses, so it is in the quarantine. */
      readonly kind: 'refused';
      readonly quarantineId: string;
    } & Refusal);

/** An item of a list. `raw` gives the item's own text. */
export type ListItem = { readonly raw: () => RawBody } & (
  | { readonly push: NewPush; readonly refusal?: undefined }
  | { readonly push?: undefined; readonly refusal: Refusal }
);

/**
 * The one way by which what a sender sends reaches the store. It answers after the commit: what was answered is never
 * lost, and what is refused is kept as it came.
 *
 * Each method fails with Overloaded, StoreSilent or an error of the database when the store cannot work now, and with
 * QuarantineFull when a body must be kept and there is no room.
 */
export interface Inbox {
  /** Takes a push: it, its call and its due deliveries are committed in one transaction. */
  take(push: NewPush, raw: RawBody): Promise<Taken>;
  /** Takes a list: its pushes are committed in one transaction, then each item is answered in the list's order. */
  takeList(items: readonly ListItem[]): AsyncIterable<Taken>;
  /** Keeps a body that is no push in the quarantine. Answers its id there. */
  refuse(raw: RawBody, refusal: Refusal): Promise<string>;
}

export interface InboxOptions {
  readonly store: Store;
  readonly gate: StoreGate;
  /** Where calls are due to be delivered. */
  readonly destinations: readonly Destination[];
  /** For the tombstones of calls that were removed. */
  readonly secretKeys: SecretKeys;
  readonly quarantineBytesMax: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called after each commit of pushes, with how many it had and how long it took. */
  readonly onCommit: (size: number, durationMs: number) => void;
  /** Called after pushes were stored, to wake the worker. */
  readonly onStored: () => void;
}

// So many pushes share a transaction at most, and so many wait.
const groupSizeMax = 500;
const waitingMax = 5_000;
// Pushes that wait cost several times their bytes in memory.
const waitingBytesMax = 8 * 1024 * 1024;

const setAsideDetails = {
  call_removed: 'Its call was removed before it came.',
  call_full: `Its call holds ${pushesOfCallMax} pushes, which is the most.`,
} as const satisfies Record<NonNullable<StoredPush['setAside']>, string>;

const notStorable: Refusal = { code: 'not_storable', detail: 'The push cannot be stored.' };

export function createInbox(options: InboxOptions): Inbox {
  const { store, gate, destinations, secretKeys, quarantineBytesMax, clock, log, onCommit, onStored } =
    options;

  const commit = async (pushes: readonly NewPush[]): Promise<StoredPush[]> => {
    const stored = await gate.run(() => storePushes(store, pushes, destinations, clock(), secretKeys));
    if (stored.some(({ setAside }) => setAside === undefined)) onStored();
    return stored;
  };
  const commitInGroup = limitWaitingBytes(
    createGroupCommit(commit, { groupSizeMax, waitingMax, failsAll: gate.isAway, onCommit }),
    ({ body }: NewPush) => body.length,
    waitingBytesMax,
  );
  const commitList = limitWaitingBytes(
    async (pushes: readonly NewPush[]) => {
      const startedMs = performance.now();
      const stored = await commit(pushes);
      onCommit(pushes.length, performance.now() - startedMs);
      return stored;
    },
    (pushes) => pushes.reduce((sum, { body }) => sum + body.length, 0),
    waitingBytesMax,
  );

  /** True when an error lies in the values of a push, and would be the same next time. */
  const isDataError = (error: unknown): boolean =>
    !(error instanceof Overloaded) && store.writer.isDataError(error);

  const refuse = (raw: RawBody, { code, detail }: Refusal): Promise<string> =>
    gate.run(() => quarantineBody(store, { ...raw, code, detail }, quarantineBytesMax, clock()));

  const refused = async (raw: RawBody, { code, detail }: Refusal): Promise<Taken> => {
    const quarantineId = await refuse(raw, { code, detail });
    return { kind: 'refused', code, detail, quarantineId };
  };

  const taken = async ({ setAside, pushId, duplicate, moved }: StoredPush, raw: RawBody): Promise<Taken> => {
    if (setAside === undefined) return { kind: 'stored', pushId, duplicate, moved };
    const quarantineId = await refuse(raw, { code: setAside, detail: setAsideDetails[setAside] });
    return { kind: 'set_aside', code: setAside, quarantineId, moved };
  };

  /** A push without an entry is one that the database refuses. The others are then stored one by one. */
  const storeList = async (pushes: readonly NewPush[]): Promise<Map<NewPush, StoredPush>> => {
    const stored = new Map<NewPush, StoredPush>();
    const add = async (group: readonly NewPush[]): Promise<void> => {
      const results = await commitList(group);
      group.forEach((push, index) => stored.set(push, results[index] as StoredPush));
    };
    const unlessData = (error: unknown): void => {
      if (!isDataError(error)) throw error;
      log.error({ error }, 'A push of a list could not be stored and goes to the quarantine');
    };
    try {
      await add(pushes);
    } catch (error) {
      unlessData(error);
      if (pushes.length > 1) for (const push of pushes) await add([push]).catch(unlessData);
    }
    return stored;
  };

  return {
    async take(push, raw) {
      let stored: StoredPush;
      try {
        stored = await commitInGroup(push);
      } catch (error) {
        if (!isDataError(error)) throw error;
        log.error({ error, pushId: push.id }, 'A push could not be stored and goes to the quarantine');
        return refused(raw, notStorable);
      }
      return taken(stored, raw);
    },
    async *takeList(items) {
      const stored = await storeList(items.flatMap(({ push }) => push ?? []));
      for (const { push, refusal, raw } of items) {
        const result = push === undefined ? undefined : stored.get(push);
        yield result === undefined
          ? await refused(raw(), refusal ?? notStorable)
          : await taken(result, raw());
      }
    },
    refuse,
  };
}
