import type { Call } from '../../domain/call.ts';
import type { Clock } from '../../domain/clock.ts';
import { ownerOf, type OwnerTable } from '../owner-table.ts';

/** The chosen owner of an activity, and the rule that chose. */
export type OwnerChoice = {
  readonly rule: string;
  /** The CRM's id of the user. Absent: no owner is set. */
  readonly id?: string;
  /** The extension or answering point of the call. */
  readonly place?: string;
  /** Why the table did not decide. */
  readonly why?: string;
};

export interface Owners {
  /** Reads the users in the table when one of the calls needs them. At most once an hour. */
  prepare(calls: readonly Call[], signal: AbortSignal): Promise<void>;
  /** @param personOwnerId the owner of the person's record */
  choose(call: Call, personOwnerId: string | undefined): OwnerChoice;
  /** Notes that the CRM refused this user as an owner. The user is not chosen for an hour. */
  refuse(userId: string): void;
}

export interface OwnerRules {
  readonly table: OwnerTable;
  /** The rule's name when no owner is set: `the integration user`. */
  readonly otherwise: string;
  /** The key of a user in the result of `readUsers`. */
  readonly keyOf: (user: string) => string;
  /** Ids of active users, by key. */
  readonly readUsers: (named: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, string>>;
  /** False for an owner that cannot own an activity, such as a queue. */
  readonly isUser?: (ownerId: string) => boolean;
  readonly clock: Clock;
}

const hourMs = 3_600_000;
export const notInTable = 'not in the table';

export function createOwners({ table, otherwise, keyOf, readUsers, isUser, clock }: OwnerRules): Owners {
  let users: { readonly ids: ReadonlyMap<string, string>; readonly atMs: number } | undefined;
  const refusedAtMs = new Map<string, number>();
  const isRefused = (id: string): boolean => Math.abs(clock() - (refusedAtMs.get(id) ?? -Infinity)) < hourMs;
  return {
    async prepare(calls, signal) {
      if (users !== undefined && Math.abs(clock() - users.atMs) < hourMs) return;
      if (!calls.some((call) => ownerOf(call, table)?.owner !== undefined)) return;
      users = { ids: await readUsers([...new Set(table.values())], signal), atMs: clock() };
    },
    choose(call, personOwnerId) {
      const found = table.size === 0 ? undefined : ownerOf(call, table);
      const user = found?.owner;
      const id = user === undefined ? undefined : users?.ids.get(keyOf(user));
      const place = found && { place: found.place };
      if (id !== undefined && !isRefused(id)) return { rule: 'by the table', id, ...place };
      const why =
        found === undefined
          ? {}
          : user === undefined
            ? { why: notInTable }
            : { why: id === undefined ? 'it names no active user' : 'the user cannot own an activity' };
      const isUsable =
        personOwnerId !== undefined && !isRefused(personOwnerId) && isUser?.(personOwnerId) !== false;
      return isUsable
        ? { rule: "the person's owner", id: personOwnerId, ...place, ...why }
        : { rule: otherwise, ...place, ...why };
    },
    refuse: (userId) => void refusedAtMs.set(userId, clock()),
  };
}
