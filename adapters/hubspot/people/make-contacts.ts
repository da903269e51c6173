import type { Ledger } from '#contract';
import { recordsByKey, type HubspotRecord } from '../api/answers.ts';
import { batchRowsMax } from '../client.ts';
import { contactKey } from '../check/properties.ts';
import { isMissing, isOutcomeUnknown, Refusal, rowFaultOf } from '../api/refusal.ts';
import { missingProperties, requiredSentence } from '../check/required-properties.ts';
import { inBatches, inHalves, type Run } from '../api/run.ts';
import type { Whom } from '../calls/trace.ts';

/**
 * A contact for each number, by the number: the one that the kit made for it before, or a new one. A number for
 * which HubSpot refuses a contact has none, nor one of which it does not say whether it has one.
 *
 * The number is the contact's key, and HubSpot keeps it unique: however often this is repeated, and however late the
 * index is, there is one.
 *
 * @param numbers in E.164, each once
 */
export async function makeContacts(run: Run, numbers: readonly string[]): Promise<ReadonlyMap<string, Whom>> {
  const { client, signal } = run;
  const made = new Map<string, Whom>();
  if (numbers.length === 0 || (await readContactRefusal(run.tools.ledger)) !== undefined) return made;
  const refusals: string[] = [];
  const add = (records: readonly HubspotRecord[], isNew: boolean): void => {
    for (const [number, record] of recordsByKey(records, contactKey))
      made.set(number, whomOf(record, number, isNew));
  };
  for (const batch of inBatches(numbers, batchRowsMax)) {
    // A contact that is there is left as it is: people may have changed its number since.
    const { records, errors } = await client.readContactsByKey(batch, signal);
    add(records, false);
    // What is neither there nor missing may be there too: the number has no contact this time.
    const isUnread = (number: string): boolean =>
      errors.some((error) => !isMissing(error) && error.about.includes(number));
    await upsert(
      run,
      refusals,
      batch.filter((number) => !made.has(number) && !isUnread(number)),
      (records) => add(records, true),
    );
  }
  const [reason] = refusals;
  const isEach = refusals.length >= refusalsMax && ![...made.values()].some(isJustMade);
  if (isEach && reason !== undefined)
    await run.tools.ledger.putMany([{ number: refusalEntry, record: reason, validForMs: hourMs }]);
  return made;
}

/** Why HubSpot refuses every contact of the kit's, as it was found within the last hour. */
export async function readContactRefusal(ledger: Ledger): Promise<string | undefined> {
  const reason = (await ledger.getMany([refusalEntry])).get(refusalEntry);
  return typeof reason === 'string' ? reason : undefined;
}

const hourMs = 3_600_000;
const refusalEntry = 'contacts are refused';
// Each refusal is found by halves, which cost requests: after so many the rest of a batch lands without contacts.
const refusalsMax = 2;

async function upsert(
  run: Run,
  refusals: string[],
  numbers: readonly string[],
  add: (records: readonly HubspotRecord[]) => void,
): Promise<void> {
  if (numbers.length === 0 || refusals.length >= refusalsMax) return;
  const contacts = numbers.map((number) => ({
    key: number,
    properties: { [contactKey]: number, phone: number },
  }));
  try {
    add((await run.client.upsertContacts(contacts, run.signal)).records);
  } catch (error) {
    const isRefused =
      error instanceof Refusal && [400, 409].includes(error.status) && !isOutcomeUnknown(error);
    if (!isRefused || rowFaultOf(error.details) === 'forbidden') throw error;
    const missing = missingProperties(error.details);
    if (missing.length > 0) {
      // All contacts are made of the same properties: what one lacks, they all lack.
      const reason = `${requiredSentence(missing, 'contacts')}: relax the rule`;
      refusals.push(...numbers.slice(0, refusalsMax).map(() => reason));
      run.tools.log.warn({ reason }, 'HubSpot refuses contacts; their calls land without one');
      return;
    }
    // The batch stands or falls as one: the refused row is found by halves.
    if (numbers.length === 1) {
      refusals.push(error.message);
      run.tools.log.warn({ reason: error.message }, 'HubSpot refuses a contact; the call lands without one');
      return;
    }
    for (const half of inHalves(numbers)) await upsert(run, refusals, half, add);
  }
}

const justMade = 'contact_made';

function isJustMade({ story }: Whom): boolean {
  return (story as { rule?: unknown }).rule === justMade;
}

function whomOf({ id, properties }: HubspotRecord, number: string, isNew: boolean): Whom {
  return {
    contactId: id,
    companyId: properties['associatedcompanyid'] ?? undefined,
    contactOwnerId: properties['hubspot_owner_id'] ?? undefined,
    state: 'found',
    story: { number, rule: isNew ? justMade : 'contact_made_before' },
  };
}
