import { dialects } from '../database/dialect.ts';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import { shownCallId } from '../domain/shown/shown-call-id.ts';
import type { Destination } from './deliveries.ts';
import { createCallMemory } from './call-memory.ts';
import { createGroupCommit, Overloaded } from './group-commit.ts';
import { pushesOfCallMax } from './push-group.ts';
import { storePushes, type NewPush, type StoredPush } from './pushes.ts';
import { quarantineBody, type RefusedBody } from './quarantine.ts';
import type { MovedPush } from './reused-ids.ts';
import type { SecretKeys } from './secret-keys.ts';
import type { StoreGate } from './store-gate.ts';
import type { Store } from './store.ts';
import { limitWaitingBytes, waitingBytesMax } from './waiting-bytes.ts';

/** A received body with the facts from its request. */
export type RawBody = Omit<RefusedBody, 'code' | 'detail'>;

/** The reason for keeping a body in the quarantine. */
export type Refusal = Pick<RefusedBody, 'code' | 'detail'>;

/** The result of a push. In every case it is on the disk. */
export type Taken =
  | {
      readonly kind: 'stored';
      /** For a duplicate: the id of the push that was stored first. */
      readonly pushId: string;
      readonly duplicate: boolean;
      /** The new call id, when another call already had the push's id. */
      readonly moved: MovedPush | undefined;
    }
  | {
      /** Its call was removed or is full, so it is in the quarantine. A late push must not bring back a removed call. */
      readonly kind: 'set_aside';
      readonly code: keyof typeof setAsideDetails;
      readonly quarantineId: string;
      readonly moved: MovedPush | undefined;
    }
  | ({
      /** It is not a push, or the database refuses it, so it is in the quarantine. */
      readonly kind: 'refused';
      readonly quarantineId: string;
    } & Refusal);

/** An item of a list. `raw` returns the item's own text. */
export type ListItem = { readonly raw: () => RawBody } & (
  | { readonly push: NewPush; readonly refusal?: undefined }
  | { readonly push?: undefined; readonly refusal: Refusal }
);

/**
 * The only way from a sender into the store. Each method returns after the commit: an answered push is never lost, and a
 * refused body is kept unchanged.
 *
 * Each method throws Overloaded, StoreSilent or a database error when the store cannot work now. It throws QuarantineFull
 * when a body must be kept and there is no room.
 */
export interface Inbox {
  /** Stores a push: the push, its call and its due deliveries are committed in one transaction. */
  take(push: NewPush, raw: RawBody): Promise<Taken>;
  /** Stores a list: its pushes are committed in one transaction. Then the results follow in the list's order. */
  takeList(items: readonly ListItem[]): AsyncIterable<Taken>;
  /** Keeps a body that is not a push in the quarantine. Returns its id there. */
  refuse(raw: RawBody, refusal: Refusal): Promise<string>;
}

export interface InboxOptions {
  readonly store: Store;
  readonly gate: Pick<StoreGate, 'run' | 'isAway'>;
  /** The destinations for which calls become due. */
  readonly destinations: readonly Destination[];
  /** The keys for the tombstones of removed calls. */
  readonly secretKeys: SecretKeys;
  readonly quarantineBytesMax: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called after each commit with the number of pushes and the duration. */
  readonly onCommit: (size: number, durationMs: number) => void;
  /** Called after pushes were stored, to wake the worker. */
  readonly onStored: () => void;
}

// The most pushes in one transaction, and the most that may wait.
const groupSizeMax = 500;
const waitingMax = 5_000;

const setAsideDetails = {
  call_removed: 'The call was removed before this push arrived.',
  call_full: `The call already holds ${pushesOfCallMax} pushes, the maximum.`,
} as const satisfies Record<NonNullable<StoredPush['setAside']>, string>;

const notStorable: Refusal = { code: 'not_storable', detail: 'The push cannot be stored.' };

export function createInbox(options: InboxOptions): Inbox {
  const { store, gate, destinations, secretKeys, quarantineBytesMax, clock, log, onCommit, onStored } =
    options;

  const memory = createCallMemory();
  const commit = async (pushes: readonly NewPush[]): Promise<StoredPush[]> => {
    const stored = await gate.run(() =>
      storePushes(store, pushes, destinations, clock(), secretKeys, memory),
    );
    if (stored.some(({ setAside }) => setAside === undefined)) onStored();
    return stored;
  };
  const { groupsMax } = dialects[store.writer.dialect];
  const commitInGroup = limitWaitingBytes(
    createGroupCommit(commit, { groupSizeMax, groupsMax, waitingMax, failsAll: gate.isAway, onCommit }),
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

  /** True when the values of a push cause the error, so that a retry fails too. */
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
    // In a transaction of its own: the group wrote nothing of this push, and a full quarantine must not undo the others.
    const quarantineId = await refuse(raw, { code: setAside, detail: setAsideDetails[setAside] });
    return { kind: 'set_aside', code: setAside, quarantineId, moved };
  };

  /** Stores a list. When the database refuses a push, all are stored one by one. A refused push has no entry. */
  const storeList = async (pushes: readonly NewPush[]): Promise<Map<NewPush, StoredPush>> => {
    const stored = new Map<NewPush, StoredPush>();
    const add = async (group: readonly NewPush[]): Promise<void> => {
      const results = await commitList(group);
      group.forEach((push, index) => stored.set(push, results[index] as StoredPush));
    };
    const requireDataError = (error: unknown): void => {
      if (!isDataError(error)) throw error;
      log.error({ error }, 'A push of a list could not be stored, so it goes into the quarantine');
    };
    try {
      await add(pushes);
    } catch (error) {
      requireDataError(error);
      if (pushes.length > 1) for (const push of pushes) await add([push]).catch(requireDataError);
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
        log.error(
          { error, pushId: push.id, callId: shownCallId(push.callId) },
          'A push could not be stored, so it goes into the quarantine',
        );
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
