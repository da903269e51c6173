import { countUnmappedPlaces, ownerOf, type AdapterTools, type Call } from '#contract';
import type { SalesforceClient } from './client.ts';
import type { SalesforceConfig } from './config.ts';
import { isUserId } from './mapping.ts';
import { quoted } from './soql.ts';

/** Whose a Task is, and by which rule; without an id it is the integration user's. */
export type TaskOwner = {
  rule: 'by the table' | "the person's owner" | 'the integration user';
  id?: string;
  /** What the call names: an extension or answering point. */
  place?: string;
  /** Why the table did not decide. */
  why?: string;
};

export interface OwnerFinder {
  /** Learns the users that the table names by email; asks the org at most every few hours. */
  prepare(calls: readonly Call[], signal: AbortSignal): Promise<void>;
  /** @param personOwnerId who looks after the matched record */
  find(call: Call, personOwnerId: string | undefined): TaskOwner;
  /** The org refused this user as an owner: it is not tried again for a while. */
  refuse(userId: string): void;
  /** Counts places that the table lacks, for `check`. */
  count(owners: readonly TaskOwner[]): Promise<void>;
}

const usersHoldMs = 6 * 3_600_000;
const refusalHoldsMs = 3_600_000;

export function createOwnerFinder(
  client: SalesforceClient,
  config: SalesforceConfig,
  { clock, ledger }: AdapterTools,
): OwnerFinder {
  const table = config.SALESFORCE_OWNERS;
  const names = [...new Set(table.values())].filter((owner) => !isUserId(owner));
  let users: { ids: ReadonlyMap<string, string>; atMs: number } | undefined;
  const refusedUntilMs = new Map<string, number>();
  const isRefused = (id: string): boolean => (refusedUntilMs.get(id) ?? 0) > clock();
  return {
    async prepare(calls, signal) {
      const isAsked = calls.some((call) => names.includes(ownerOf(call, table)?.owner ?? ''));
      if (!isAsked || (users !== undefined && clock() - users.atMs < usersHoldMs)) return;
      users = { ids: await activeUsers(client, names, signal), atMs: clock() };
    },
    find(call, personOwnerId) {
      const found = table.size === 0 ? undefined : ownerOf(call, table);
      const named = found?.owner;
      const id = named === undefined || isUserId(named) ? named : users?.ids.get(named.toLowerCase());
      const place = found && { place: found.place };
      if (id !== undefined && !isRefused(id)) return { rule: 'by the table', id, ...place };
      const why =
        found === undefined
          ? undefined
          : named === undefined
            ? 'not in the table'
            : id === undefined
              ? 'no active user has this email'
              : 'the user cannot own a task';
      const told = { ...place, ...(why !== undefined && { why }) };
      // A lead may belong to a queue, which may take no tasks.
      if (personOwnerId !== undefined && isUserId(personOwnerId) && !isRefused(personOwnerId))
        return { rule: "the person's owner", id: personOwnerId, ...told };
      return { rule: 'the integration user', ...told };
    },
    refuse: (userId) => void refusedUntilMs.set(userId, clock() + refusalHoldsMs),
    async count(owners) {
      const places = owners.flatMap(({ place, why }) =>
        place !== undefined && why === 'not in the table' ? [place] : [],
      );
      await countUnmappedPlaces(ledger, places);
    },
  };
}

/** Active users by their email or user name, in lower case. */
export async function activeUsers(
  client: SalesforceClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const list = names.map(quoted).join(', ');
  const rows = await client.query(
    `SELECT Id, Email, Username FROM User WHERE IsActive = true AND (Email IN (${list}) OR Username IN (${list}))`,
    signal,
  );
  return new Map(
    rows.flatMap(({ Id, Email, Username }) =>
      [Email, Username].flatMap((name) =>
        typeof name === 'string' && typeof Id === 'string' ? [[name.toLowerCase(), Id] as const] : [],
      ),
    ),
  );
}
