import { countUnmappedPlaces, ownerOf, type AdapterTools, type Call } from '#contract';
import type { SalesforceClient } from './client.ts';
import type { SalesforceConfig } from './config.ts';
import { isUserId } from './mapping.ts';
import { pagesOf, quoted } from './soql.ts';

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
  let users: (UsersByName & { readonly atMs: number }) | undefined;
  const refusedUntilMs = new Map<string, number>();
  const isRefused = (id: string): boolean => (refusedUntilMs.get(id) ?? 0) > clock();
  return {
    async prepare(calls, signal) {
      const isAsked = calls.some((call) => names.includes(ownerOf(call, table)?.owner ?? ''));
      if (!isAsked || (users !== undefined && clock() - users.atMs < usersHoldMs)) return;
      users = { ...(await activeUsers(client, names, signal)), atMs: clock() };
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
              ? 'no one active user has this email'
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

export interface UsersByName {
  /** Ids by user name or email, in lower case. */
  readonly ids: ReadonlyMap<string, string>;
  /** Emails that several have: nobody can tell whose calls these are. */
  readonly ambiguous: ReadonlySet<string>;
}

/** Active users by their user name, or else by an email that none of the others has. */
export async function activeUsers(
  client: SalesforceClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<UsersByName> {
  const byUsername = new Map<string, string>();
  const byEmail = new Map<string, Set<string>>();
  // Each name is asked for twice.
  for (const page of pagesOf(names, 4_000)) {
    const list = page.map(quoted).join(', ');
    const rows = await client.query(
      `SELECT Id, Email, Username FROM User WHERE IsActive = true AND (Email IN (${list}) OR Username IN (${list}))`,
      signal,
    );
    for (const { Id, Email, Username } of rows) {
      if (typeof Id !== 'string') continue;
      if (typeof Username === 'string') byUsername.set(Username.toLowerCase(), Id);
      if (typeof Email !== 'string') continue;
      const email = Email.toLowerCase();
      byEmail.set(email, (byEmail.get(email) ?? new Set()).add(Id));
    }
  }
  const ids = new Map(byUsername);
  const ambiguous = new Set<string>();
  for (const [email, found] of byEmail) {
    if (byUsername.has(email)) continue;
    const [id = ''] = found;
    if (found.size === 1) ids.set(email, id);
    else ambiguous.add(email);
  }
  return { ids, ambiguous };
}
