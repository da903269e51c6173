import type { AdapterTools } from '#contract';
import type { MadePerson } from '#crm';
import { recordsByKey, type HubspotRecord } from '../api/answers.ts';
import { inBatches, inHalves } from '../calls/rows.ts';
import { batchRowsMax, type HubspotClient } from '../client.ts';
import { contactKey } from '../check/properties.ts';
import { isMissing, isOutcomeUnknown, Refusal, rowFaultOf } from '../api/refusal.ts';
import { missingProperties, requiredSentence } from '../check/required-properties.ts';

/**
 * Returns a contact for each number: the one that the kit made for it before, or a new one. A number has none when
 * HubSpot refuses the contact, or does not say whether it has one.
 * The number is the contact's key, and HubSpot keeps it unique. So repeats and a late search index create no
 * duplicates.
 * @param numbers in E.164, each once
 */
export async function makeContacts(
  client: HubspotClient,
  tools: AdapterTools,
  numbers: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, MadePerson>> {
  const made = new Map<string, MadePerson>();
  if ((await readContactRefusal(tools)) !== undefined) return made;
  const refusals: string[] = [];
  const add = (records: readonly HubspotRecord[], note: string): void => {
    for (const [number, record] of recordsByKey(records, contactKey))
      made.set(number, { person: personOf(record), note });
  };
  for (const batch of inBatches(numbers, batchRowsMax)) {
    // An existing contact stays unchanged: people may have changed its number since.
    const { records, errors } = await client.readContactsByKey(batch, signal);
    add(records, 'the contact that the kit made before');
    // A number that the answer reports neither as existing nor as missing may have a contact, so none is made this
    // time.
    const isUnread = (number: string): boolean =>
      errors.some((error) => !isMissing(error) && error.about.includes(number));
    const lacking = batch.filter((number) => !made.has(number) && !isUnread(number));
    const { records: others, reasons } = await upsert(client, lacking, signal, refusals.length);
    add(others, justMade);
    refusals.push(...reasons);
  }
  for (const reason of refusals.slice(0, refusalsMax))
    tools.log.warn({ reason }, 'HubSpot refuses a contact, so the call lands without one');
  const [reason] = refusals;
  const isEach = refusals.length >= refusalsMax && ![...made.values()].some(({ note }) => note === justMade);
  if (isEach && reason !== undefined) await tools.notes.keep(refusalNote, reason, hourMs);
  return made;
}

/** Why HubSpot refuses new contacts, if it did within the last hour. */
export async function readContactRefusal({ notes }: AdapterTools): Promise<string | undefined> {
  const reason = await notes.read(refusalNote);
  return typeof reason === 'string' ? reason : undefined;
}

const hourMs = 3_600_000;
const refusalNote = 'contacts are refused';
// Each refusal costs requests for its halves. After this many, the rest of a batch lands without contacts.
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
      // All contacts are made with the same properties, so they all lack the same one.
      const reason = `${requiredSentence(missing, 'contacts')}: relax the rule`;
      return { records: [], reasons: numbers.slice(0, refusalsMax).map(() => reason) };
    }
    if (numbers.length === 1) return { records: [], reasons: [error.message] };
  }
  // HubSpot accepts or refuses the batch as a whole. Halving it finds the refused row.
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
