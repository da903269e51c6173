import type { AdapterMisconfigured } from '#contract';
import type { Fields, MadePerson } from '#crm';
import { RequestRefused, type ApiError } from '../api/failure.ts';
import { isGovernorLimit } from '../api/item-verdict.ts';
import type { SalesforceClient, SaveResult } from '../client.ts';
import type { SalesforceConfig } from '../config.ts';
import type { Parts } from '../tasks/parts.ts';
import { leadKeyField } from '../tasks/task-fields.ts';
import { recordsInstead, stopOf } from './refused-lead.ts';

const rowsMax = 200;
const stepsMax = 25;
/** Leads that a trigger refused together are tried in halves for this long. Milliseconds. */
const halvesTakeMs = 10_000;

/** Maps the number of an unknown caller to a lead. */
export function mapLead(number: string, config: SalesforceConfig): Fields {
  return {
    LastName: number,
    Company: config.SALESFORCE_LEAD_COMPANY,
    Phone: number,
    [leadKeyField]: number,
    ...(config.SALESFORCE_LEAD_SOURCE !== undefined && { LeadSource: config.SALESFORCE_LEAD_SOURCE }),
  };
}

/**
 * Makes a lead for each number, 200 in one request. Salesforce keeps the number unique, so a repeated or simultaneous
 * request finds the first lead instead of making a second one. An existing lead is not changed. Leads that the org's
 * duplicate rules refuse are sent once more as separate steps, since only those answers name the duplicates.
 *
 * @throws AdapterMisconfigured when the org accepts no leads of the kit at all
 */
export async function makeLeads(
  { client, config, tools }: Pick<Parts, 'client' | 'config' | 'tools'>,
  numbers: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, MadePerson>> {
  const untilMs = tools.clock() + halvesTakeMs;
  const made = new Map<string, MadePerson>();
  const refused: RefusedLead[] = [];
  const queue = inPages(numbers, rowsMax);
  for (let page = queue.shift(); page !== undefined; page = queue.shift()) {
    const results = await create(
      client,
      page.map((number) => mapLead(number, config)),
      signal,
    );
    const crowded: string[] = [];
    for (const [index, number] of page.entries()) {
      const result = results[index];
      const error = result?.success === false ? result.errors[0] : undefined;
      const isCrowded = error !== undefined && page.length > 1 && isGovernorLimit(error.message);
      if (result?.success === true) made.set(number, madeNow(result.id));
      else if (isCrowded && tools.clock() < untilMs) crowded.push(number);
      else if (isCrowded)
        made.set(number, later('a trigger or flow of the org failed on too many leads at once'));
      else refused.push({ number, error });
    }
    if (crowded.length > 0) queue.unshift(...inPages(crowded, Math.ceil(page.length / 2)));
  }
  const stop = refused.map(({ error }) => stopOf(error)).find((error) => error !== undefined);
  if (stop !== undefined && made.size === 0) throw stop;
  const known: RefusedLead[] = refused.filter(({ error }) => error?.code !== 'DUPLICATES_DETECTED');
  const duplicates = refused.filter((one) => !known.includes(one)).map(({ number }) => number);
  for (const page of inPages(duplicates, stepsMax)) {
    const leads = page.map((number) => mapLead(number, config));
    for (const [index, result] of (await client.createEach('Lead', leads, signal)).entries()) {
      const number = page[index] ?? '';
      if (result.success) made.set(number, madeNow(result.id));
      else known.push({ number, error: result.errors[0] });
    }
  }
  for (const [number, result] of await resultsOf(client, known, signal)) made.set(number, result);
  return made;
}

interface RefusedLead {
  readonly number: string;
  readonly error: ApiError | undefined;
}

function madeNow(id: string): MadePerson {
  return { person: { object: 'Lead', id }, note: 'a lead was made' };
}

async function resultsOf(
  client: SalesforceClient,
  refused: readonly RefusedLead[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, MadePerson>> {
  const stopped = new Map<string, AdapterMisconfigured>();
  for (const { number, error } of refused) {
    const stop = stopOf(error);
    if (stop !== undefined) stopped.set(number, stop);
  }
  const others = refused.filter(({ number }) => !stopped.has(number));
  const instead =
    others.length === 0 ? new Map<string, never>() : await recordsInstead(client, others, signal);
  return new Map<string, MadePerson>([
    ...[...stopped].map(([number, { message }]) => [number, later(message)] as const),
    ...[...instead].map(([number, { record, note, isLater }]): [string, MadePerson] => [
      number,
      isLater ? later(note) : { person: record, note },
    ]),
  ]);
}

function later(note: string): MadePerson {
  const reason = `The caller's lead could not be made now: ${note}.`;
  return { person: undefined, note, later: { code: 'lead_later', reason } };
}

/** Creates leads. When the whole request is refused, every lead gets that error. */
async function create(
  client: SalesforceClient,
  leads: readonly Fields[],
  signal: AbortSignal,
): Promise<readonly SaveResult[]> {
  try {
    return await client.create('Lead', leads, signal);
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    return leads.map(() => ({ success: false, errors: [error.error] }));
  }
}

function inPages(numbers: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(numbers.length / size) }, (_, index) =>
    numbers.slice(index * size, (index + 1) * size),
  );
}
