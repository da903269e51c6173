import type { MatchedPerson } from '#crm';
import type { SalesforceClient } from '../client.ts';
import { pagesOf, quoted } from '../api/soql.ts';

/** Reads the owners of records that no search returned, by record id. One request for each kind of record. */
export async function ownersOf(
  client: SalesforceClient,
  records: readonly MatchedPerson[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>();
  for (const object of new Set(records.map((record) => record.object))) {
    const ids = records.flatMap((record) => (record.object === object ? [record.id] : []));
    for (const page of pagesOf([...new Set(ids)])) {
      const rows = await client.query(
        `SELECT Id, OwnerId FROM ${object} WHERE Id IN (${page.map(quoted).join(', ')})`,
        signal,
      );
      for (const { Id, OwnerId } of rows)
        if (typeof Id === 'string' && typeof OwnerId === 'string') owners.set(Id, OwnerId);
    }
  }
  return owners;
}
