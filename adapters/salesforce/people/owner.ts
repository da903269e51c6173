import { type AdapterTools, type Call } from '#contract';
import { countUnmappedPlaces, ownerOf } from '#crm';
import type { SalesforceClient } from '../client.ts';
import type { SalesforceConfig } from '../config.ts';
import { isUserId } from '../mapping.ts';
import { pagesOf, quoted } from '../api/soql.ts';

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
  /** Learns which users that the table names are active; asks the org at most every few hours. */
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
  const named = [...new Set(table.values())];
  let users: (ActiveUsers & { readonly atMs: number }) | undefined;
  const refusedUntilMs = new Map<string, number>();
  const isRefused = (id: string): boolean => (refusedUntilMs.get(id) ?? 0) > clock();
  return {
    async prepare(calls, signal) {
      const isAsked = calls.some((call) => ownerOf(call, table)?.owner !== undefined);
      if (!isAsked || (users !== undefined && clock() - users.atMs < usersHoldMs)) return;
      users = { ...(await activeUsers(client, named, signal)), atMs: clock() };
    },
    find(call, personOwnerId) {
      const found = table.size === 0 ? undefined : ownerOf(call, table);
      const user = found?.owner;
      // An id too: one that is nobody's would be refused in words that may mean any link.
      const id = user === undefined ? undefined : users?.ids.get(userKey(user));
      const place = found && { place: found.place };
      if (id !== undefined && !isRefused(id)) return { rule: 'by the table', id, ...place };
      const why =
        found === undefined
          ? undefined
          : user === undefined
            ? 'not in the table'
            : id === undefined
              ? 'it is not the email, user name or id of one active user'
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

export interface ActiveUsers {
  /** Ids by {@link userKey}: of a user name, an email or an id. */
  readonly ids: ReadonlyMap<string, string>;
  /** Emails that several have: nobody can tell whose calls these are. */
  readonly ambiguous: ReadonlySet<string>;
}

/** What a user goes by in {@link ActiveUsers}: an id by the 15 characters that tell, a name in any case. */
export function userKey(user: string): string {
  return isUserId(user) ? user.slice(0, 15) : user.toLowerCase();
}

/** Those of the named users who are active: by their id, their user name, or else an email that none of the others has. */
export async function activeUsers(
  client: SalesforceClient,
  named: readonly string[],
  signal: AbortSignal,
): Promise<ActiveUsers> {
  const ids = new Map<string, string>();
  const byEmail = new Map<string, Set<string>>();
  // Each is asked for twice.
  for (const page of pagesOf(named, 4_000)) {
    const rows = await client.query(
      `SELECT Id, Email, Username FROM User WHERE IsActive = true AND (${isOneOf(page)})`,
      signal,
    );
    for (const { Id, Email, Username } of rows) {
      if (typeof Id !== 'string') continue;
      ids.set(userKey(Id), Id);
      if (typeof Username === 'string') ids.set(userKey(Username), Id);
      if (typeof Email !== 'string') continue;
      const email = userKey(Email);
      byEmail.set(email, (byEmail.get(email) ?? new Set()).add(Id));
    }
  }
  const ambiguous = new Set<string>();
  for (const [email, found] of byEmail) {
    if (ids.has(email)) continue;
    const [id = ''] = found;
    if (found.size === 1) ids.set(email, id);
    else ambiguous.add(email);
  }
  return { ids, ambiguous };
}

function isOneOf(users: readonly string[]): string {
  const isIn = (field: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`${field} IN (${values.map(quoted).join(', ')})`];
  const names = users.filter((user) => !isUserId(user));
  // The last three characters of an id only check the others: a slip there would refuse the whole query.
  const userIds = users.filter(isUserId).map(userKey);
  return [...isIn('Email', names), ...isIn('Username', names), ...isIn('Id', userIds)].join(' OR ');
}
