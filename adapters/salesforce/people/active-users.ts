import { pagesOf, quoted } from '../api/soql.ts';
import type { SalesforceClient } from '../client.ts';
import { isUserId } from '../mapping.ts';

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
