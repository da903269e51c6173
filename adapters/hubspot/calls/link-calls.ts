import { withoutNumbers, type LinkResult, type LinkRow } from '#crm';
import type { AssociationAnswer } from '../api/answers.ts';
import { forbidden } from '../api/pause.ts';
import type { PeopleType } from '../api/people-api.ts';
import { isBatchRefused, rowFaultOf } from '../api/refusal.ts';
import { batchRowsMax, type HubspotClient } from '../client.ts';
import { inBatches, inHalves } from './rows.ts';

/** Links calls to contacts and companies with the default association, where a call has none of that kind. */
export async function linkCalls(
  client: HubspotClient,
  rows: readonly LinkRow[],
  signal: AbortSignal,
): Promise<readonly LinkResult[]> {
  const results: LinkResult[] = [];
  for (const batch of inBatches(rows, batchRowsMax)) {
    const contacts = await link(client, 'contacts', batch, ({ person }) => person.record?.id, signal);
    const companies = await link(client, 'companies', batch, ({ person }) => person.companyId, signal);
    for (const [index] of batch.entries()) {
      const [contact, company] = [contacts[index], companies[index]];
      results.push({
        isAdded: contact === true || company === true,
        refused: [
          ...(contact === false ? (['person'] as const) : []),
          ...(company === false ? (['company'] as const) : []),
        ],
      });
    }
  }
  return results;
}

/** For each row, whether it was linked. Undefined: there was nothing to link. */
async function link(
  client: HubspotClient,
  to: PeopleType,
  rows: readonly LinkRow[],
  idOf: (row: LinkRow) => string | undefined,
  signal: AbortSignal,
): Promise<readonly (boolean | undefined)[]> {
  const wanted = rows.filter((row) => idOf(row) !== undefined);
  const known = wanted.filter(({ isNew }) => !isNew).map(({ id }) => id);
  const before = known.length === 0 ? undefined : (await client.readAssociations(to, known, signal)).targets;
  const lacking = wanted.filter(({ id }) => (before?.get(id) ?? []).length === 0);
  if (lacking.length === 0) return [];
  const pairs = lacking.map((row) => ({ callId: row.id, toId: idOf(row) ?? '' }));
  const done = await associate(client, to, pairs, signal);
  return rows.map((row) =>
    lacking.includes(row) ? done.get(row.id)?.includes(idOf(row) ?? '') === true : undefined,
  );
}

/**
 * The associated pairs. A refused batch is tried again in halves.
 * @throws AdapterMisconfigured when the token cannot write associations
 */
async function associate(
  client: HubspotClient,
  to: PeopleType,
  pairs: readonly { callId: string; toId: string }[],
  signal: AbortSignal,
): Promise<AssociationAnswer['targets']> {
  try {
    const { targets, errors } = await client.associate(to, pairs, signal);
    const powerless = errors.find((one) => rowFaultOf(one) === 'forbidden');
    if (powerless !== undefined) throw forbidden(`HubSpot: ${withoutNumbers(powerless.message)}`, powerless);
    return targets;
  } catch (error) {
    if (!isBatchRefused(error)) throw error;
    if (rowFaultOf(error.details) === 'forbidden') throw forbidden(error.message, error.details, error);
    if (pairs.length === 1) return new Map();
    const done: [string, readonly string[]][] = [];
    for (const half of inHalves(pairs)) done.push(...(await associate(client, to, half, signal)));
    return new Map(done);
  }
}
