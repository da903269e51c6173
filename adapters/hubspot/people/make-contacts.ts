import type { AdapterTools, Ledger } from '#contract';
import type { MadePerson } from '#crm';
import { recordsByKey, type HubspotRecord } from '../api/answers.ts';
import { inBatches, inHalves } from '../calls/rows.ts';
import { batchRowsMax, type HubspotClient } from '../client.ts';
import { contactKey } from '../check/properties.ts';
import { isMissing, isOutcomeUnknown, Refusal, rowFaultOf } from '../api/refusal.ts';
import { missingProperties, requiredSentence } from '../check/required-properties.ts';

/**
 * A contact for each number, by the number: the one that the kit made for it before, or a new one. A number for
 * which HubSpot refuses a contact has none, nor one of which it does not say whether it has one.
 *
 * The number is the contact's key, and HubSpot keeps it unique: however often this is repeated, and however late the
 * index is, there is one.
 *
 * @param numbers in E.164, each once
 */
export async function makeContacts(
  client: HubspotClient,
  tools: AdapterTools,
  numbers: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, MadePerson>> {
  const made = new Map<string, MadePerson>();
  if ((await readContactRefusal(tools.ledger)) !== undefined) return made;
  const refusals: string[] = [];
  const add = (records: readonly HubspotRecord[], note: string): void => {
    for (const [number, record] of recordsByKey(records, contactKey))
      made.set(number, { person: personOf(record), note });
  };
  for (const batch of inBatches(numbers, batchRowsMax)) {
    // A contact that is there is left as it is: people may have changed its number since.
    const { records, errors } = await client.readContactsByKey(batch, signal);
    add(records, 'the contact that was made before');
    // What is neither there nor missing may be there too: the number has no contact this time.
    const isUnread = (number: string): boolean =>
      errors.some((error) => !isMissing(error) && error.about.includes(number));
    const lacking = batch.filter((number) => !made.has(number) && !isUnread(number));
    const { records: others, reasons } = await upsert(client, lacking, signal, refusals.length);
    add(others, justMade);
    refusals.push(...reasons);
  }
  for (const reason of refusals.slice(0, refusalsMax))
    tools.log.warn({ reason }, 'HubSpot refuses a contact; the call lands without one');
  const [reason] = refusals;
  const isEach = refusals.length >= refusalsMax && ![...made.values()].some(({ note }) => note === justMade);
  if (isEach && reason !== undefined)
    await tools.ledger.putMany([{ number: refusalEntry, record: reason, validForMs: hourMs }]);
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

interface Upserted {
  readonly records: readonly HubspotRecord[];
  /** Why contacts were refused. */
  readonly reasons: readonly string[];
}

/** @param refusedBefore how many contacts were refused before */
async function upsert(
  client: HubspotClient,
  numbers: readonly string[],
  signal: AbortSignal,
  refusedBefore: number,
): Promise<Upserted> {
  if (numbers.length === 0 || refusedBefore >= refusalsMax) return { records: [], reasons: [] };
  const contacts = numbers.map((number) => ({
    key: number,
    properties: { [contactKey]: number, phone: number },
  }));
  try {
    return { records: (await client.upsertContacts(contacts, signal)).records, reasons: [] };
  } catch (error) {
    const isRefused =
      error instanceof Refusal && [400, 409].includes(error.status) && !isOutcomeUnknown(error);
    if (!isRefused || rowFaultOf(error.details) === 'forbidden') throw error;
    const missing = missingProperties(error.details);
    if (missing.length > 0) {
      // All contacts are made of the same properties: what one lacks, they all lack.
      const reason = `${requiredSentence(missing, 'contacts')}: relax the rule`;
      return { records: [], reasons: numbers.slice(0, refusalsMax).map(() => reason) };
    }
    if (numbers.length === 1) return { records: [], reasons: [error.message] };
  }
  // The batch stands or falls as one: the refused row is found by halves.
  const [left = [], right = []] = inHalves(numbers);
  const first = await upsert(client, left, signal, refusedBefore);
  const second = await upsert(client, right, signal, refusedBefore + first.reasons.length);
  return { records: [...first.records, ...second.records], reasons: [...first.reasons, ...second.reasons] };
}

const justMade = 'a contact was made';

function personOf({ id, properties }: HubspotRecord): MadePerson['person'] {
  return {
    object: 'contact',
    id,
    companyId: properties['associatedcompanyid'] ?? undefined,
    ownerId: properties['hubspot_owner_id'] ?? undefined,
  };
}
