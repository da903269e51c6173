import { pagesOf, quoted } from '../api/soql.ts';
import type { SalesforceClient } from '../client.ts';
import { isUserId } from '../mapping.ts';

export interface ActiveUsers {
  /** Ids by the {@link userKey} of a user name, an email or an id. */
  readonly ids: ReadonlyMap<string, string>;
  /** Emails that several users have, so the owner cannot be determined. */
  readonly ambiguous: ReadonlySet<string>;
}

/** The key of a user in {@link ActiveUsers}: the significant 15 characters of an id, or a name in lower case. */
export function userKey(user: string): string {
  return isUserId(user) ? user.slice(0, 15) : user.toLowerCase();
}

/** Reads the named users who are active. A name is an id, a user name, or an email that no other active user has. */
export async function activeUsers(
  client: SalesforceClient,
  named: readonly string[],
  signal: AbortSignal,
): Promise<ActiveUsers> {
  const ids = new Map<string, string>();
  const byEmail = new Map<string, Set<string>>();
  // The query contains each name twice.
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
  // The last three characters of an id are a checksum. A typing error there would make Salesforce refuse the whole
  // query.
  const userIds = users.filter(isUserId).map(userKey);
  return [...isIn('Email', names), ...isIn('Username', names), ...isIn('Id', userIds)].join(' OR ');
}
