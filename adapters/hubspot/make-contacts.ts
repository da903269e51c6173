import type { HubspotRecord } from './answers.ts';
import { batchRowsMax } from './client.ts';
import { contactKey } from './properties.ts';
import { isOutcomeUnknown, Refusal } from './refusal.ts';
import { inBatches, type Run } from './run.ts';
import type { Whom } from './trace.ts';

/**
 * A contact for each number, by the number: the one that the kit made for it before, or a new one. A number for
 * which HubSpot refuses a contact has none.
 *
 * The number is the contact's key, and HubSpot keeps it unique: however often this is repeated, and however late the
 * index is, there is one.
 *
 * @param numbers in E.164, each once
 */
export async function makeContacts(run: Run, numbers: readonly string[]): Promise<ReadonlyMap<string, Whom>> {
  const { client, signal } = run;
  const made = new Map<string, Whom>();
  const add = (records: readonly HubspotRecord[], isNew: boolean): void => {
    for (const record of records) {
      const number = record.properties[contactKey] ?? record.objectWriteTraceId;
      if (typeof number === 'string') made.set(number, whomOf(record, number, isNew));
    }
  };
  for (const batch of inBatches(numbers, batchRowsMax)) {
    // A contact that is there is left as it is: people may have changed its number since.
    add((await client.readContactsByKey(batch, signal)).records, false);
    await upsert(
      run,
      batch.filter((number) => !made.has(number)),
      (records) => add(records, true),
    );
  }
  return made;
}

async function upsert(
  run: Run,
  numbers: readonly string[],
  add: (records: readonly HubspotRecord[]) => void,
): Promise<void> {
  if (numbers.length === 0) return;
  const contacts = numbers.map((number) => ({
    key: number,
    properties: { [contactKey]: number, phone: number },
  }));
  try {
    add((await run.client.upsertContacts(contacts, run.signal)).records);
  } catch (error) {
    const isRefused =
      error instanceof Refusal && [400, 409].includes(error.status) && !isOutcomeUnknown(error);
    if (!isRefused) throw error;
    // The batch stands or falls as one: the refused row is found by halves.
    if (numbers.length === 1) {
      run.tools.log.warn({ reason: error.message }, 'HubSpot refuses a contact; the call lands without one');
      return;
    }
    const half = Math.ceil(numbers.length / 2);
    await upsert(run, numbers.slice(0, half), add);
    await upsert(run, numbers.slice(half), add);
  }
}

function whomOf({ id, properties }: HubspotRecord, number: string, isNew: boolean): Whom {
  return {
    contactId: id,
    companyId: properties['associatedcompanyid'] ?? undefined,
    contactOwnerId: properties['hubspot_owner_id'] ?? undefined,
    isMiss: false,
    story: { number, rule: isNew ? 'contact_made' : 'contact_made_before' },
  };
}
