import { type Finding } from '#contract';
import { readUnmappedPlaces, withoutNumbers } from '#crm';
import { activeUsers, userKey } from '../people/active-users.ts';
import type { Parts } from '../tasks/parts.ts';

/** Compares `SALESFORCE_OWNERS` with the org's active users, and with the extensions and answering points of calls. */
export async function checkOwners(
  { client, config, tools }: Parts,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const table = config.SALESFORCE_OWNERS;
  if (table.size === 0) return [];
  const named = [...new Set(table.values())];
  const users = await activeUsers(client, named, signal);
  const several = named.filter((user) => users.ambiguous.has(userKey(user)));
  const missing = named.filter((user) => !users.ids.has(userKey(user)) && !several.includes(user));
  const unmapped = await readUnmappedPlaces(tools.notes);
  const found: Finding[] = [];
  if (missing.length > 0) {
    found.push({
      level: 'warning',
      message: `SALESFORCE_OWNERS names users who are not active in the org: ${missing.join(', ')}.`,
      remedy:
        'Correct the email, user name or id, activate the user, or let the integration user see the user. Until then their calls go to the owner of the person.',
    });
  }
  if (several.length > 0) {
    found.push({
      level: 'warning',
      message: `SALESFORCE_OWNERS names an email that several active users have: ${several.join(', ')}.`,
      remedy: 'Name these users by user name or id. Until then their calls go to the owner of the person.',
    });
  }
  if (unmapped.length > 0) {
    const list = unmapped.slice(0, 20).map(([place, calls]) => `${shownPlace(place)} (${calls})`);
    found.push({
      level: 'warning',
      message: `Calls came through extensions that SALESFORCE_OWNERS lacks: ${list.join(', ')}.`,
      remedy:
        'Add these extensions, for example 204=jane@example.com. Until then their calls go to the owner of the person.',
    });
  }
  return found.length > 0
    ? found
    : [{ level: 'ok', message: 'Every owner in SALESFORCE_OWNERS is an active user.' }];
}

/** An extension or name unchanged. A whole phone number is shortened to its last digits. */
function shownPlace(place: string): string {
  const digits = place.replace(/\D/g, '');
  return withoutNumbers(place) === place ? place : `…${digits.slice(-3)}`;
}
