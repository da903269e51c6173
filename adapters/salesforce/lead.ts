import { AdapterMisconfigured, rememberPerson, type Delivery } from '#contract';
import type { CompositeStep, SalesforceClient, SaveResult } from './client.ts';
import type { SalesforceConfig } from './config.ts';
import { stopFor, type ApiError } from './failure.ts';
import type { Parts } from './parts.ts';
import { quoted } from './soql.ts';
import { leadKeyField, type Fields } from './task-fields.ts';

/** A number that is worth a lead, and the Tasks of its calls that are to be made with it. */
export interface LeadRequest {
  readonly number: string;
  readonly tasks: readonly { readonly delivery: Delivery; readonly fields: Fields }[];
}

export interface LeadAnswer {
  /** The lead, or the record that stands for it; undefined: none can be made now, or ever. */
  readonly record: { readonly object: string; readonly id: string } | undefined;
  /** For the trace. */
  readonly note: string;
  /** True when it may work later. */
  readonly isLater: boolean;
  /** By delivery; a Task that was not tried is not among them. */
  readonly tasks: ReadonlyMap<string, SaveResult>;
}

const stepsMax = 25;
const laterCodes: ReadonlySet<string> = new Set([
  'UNABLE_TO_LOCK_ROW',
  'SERVER_UNAVAILABLE',
  'UNKNOWN_EXCEPTION',
]);

/** The lead of an unknown caller. */
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
 * Makes a lead for each number, with the Tasks of its calls, in as few requests as can be. Salesforce keeps the
 * number unique, so that a repeated or simultaneous try finds the first lead instead of making a second; a lead that
 * is there is not touched.
 *
 * @throws AdapterMisconfigured when the org lacks the field that keeps leads unique
 */
export async function makeLeads(
  { client, config, people }: Parts,
  requests: readonly LeadRequest[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LeadAnswer>> {
  const answers = new Map<string, LeadAnswer>();
  const taken: string[] = [];
  for (const page of pagesOf(requests)) {
    const steps = page.flatMap((request, index) => stepsOf(request, index, config));
    const results = await client.composite(steps, signal);
    for (const [index, { number, tasks }] of page.entries()) {
      const lead = results.get(leadName(index));
      const done = tasks.flatMap(({ delivery }, at) => {
        const result = results.get(taskName(index, at));
        return result === undefined || lead?.success !== true ? [] : [[delivery.id, result] as const];
      });
      const answer = answerOf(lead);
      if (answer === 'taken') taken.push(number);
      else answers.set(number, { ...answer, tasks: new Map(done) });
    }
  }
  for (const [number, record] of await leadsByNumber(client, taken, signal))
    answers.set(number, {
      record,
      note: 'a lead of this number was there',
      isLater: false,
      tasks: new Map(),
    });
  for (const number of taken)
    if (!answers.has(number)) {
      const note = 'a lead of this number is there, which the integration user may not see';
      answers.set(number, { record: undefined, note, isLater: false, tasks: new Map() });
    }
  for (const [number, { record }] of answers)
    if (record !== undefined) await rememberPerson(number, record, people.source(signal));
  return answers;
}

/** A number's lead and Tasks are one after the other, and whole numbers go into a request while they fit. */
function pagesOf(requests: readonly LeadRequest[]): LeadRequest[][] {
  const pages: LeadRequest[][] = [];
  let free = 0;
  for (const { number, tasks } of requests) {
    // What does not fit beside its lead, or reads like a reference to a step, is made after it, linked.
    const fitting = tasks.filter(({ fields }) => !JSON.stringify(fields).includes('@{'));
    const request = { number, tasks: fitting.slice(0, stepsMax - 1) };
    const size = 1 + request.tasks.length;
    if (size > free) {
      pages.push([]);
      free = stepsMax;
    }
    pages.at(-1)?.push(request);
    free -= size;
  }
  return pages;
}

function stepsOf({ number, tasks }: LeadRequest, index: number, config: SalesforceConfig): CompositeStep[] {
  return [
    { name: leadName(index), object: 'Lead', fields: mapLead(number, config) },
    ...tasks.map(({ fields }, at): CompositeStep => ({
      name: taskName(index, at),
      object: 'Task',
      fields: { ...fields, WhoId: `@{${leadName(index)}.id}` },
    })),
  ];
}

function leadName(index: number): string {
  return `lead${index}`;
}

function taskName(index: number, at: number): string {
  return `task${index}_${at}`;
}

function answerOf(lead: SaveResult | undefined): Omit<LeadAnswer, 'tasks'> | 'taken' {
  if (lead?.success === true)
    return { record: { object: 'Lead', id: lead.id }, note: 'a lead was made', isLater: false };
  const [error] = lead?.errors ?? [];
  const code = error?.code ?? 'no reason';
  const stop = stopFor(code);
  if (stop !== undefined) throw stop;
  if (error !== undefined && /^INVALID_FIELD/.test(code) && error.message.includes(leadKeyField)) {
    throw new AdapterMisconfigured(
      `The org has no field ${leadKeyField} on Lead that the integration user may write.`,
      'Deploy adapters/salesforce/metadata-leads and assign its permission set (adapters/salesforce/README.md), or set SALESFORCE_UNMATCHED=log.',
    );
  }
  if (code === 'DUPLICATE_VALUE') return 'taken';
  const duplicate = error === undefined ? undefined : duplicateOf(error);
  if (duplicate !== undefined)
    return { record: duplicate, note: 'a duplicate rule of the org named this record', isLater: false };
  return { record: undefined, note: `no lead was made (${code})`, isLater: laterCodes.has(code) };
}

/** The record that the org's duplicate rules hold for the same person. */
function duplicateOf(error: ApiError): { object: string; id: string } | undefined {
  if (error.code !== 'DUPLICATES_DETECTED') return undefined;
  interface Result {
    matchResults?: { matchRecords?: { record?: { Id?: string; attributes?: { type?: string } } }[] }[];
  }
  // Some versions of the API spell it without its l.
  const { duplicateResult, duplicateResut } = error.data as Partial<Record<string, Result>>;
  const results = (duplicateResult ?? duplicateResut)?.matchResults ?? [];
  const found = results
    .flatMap(({ matchRecords = [] }) => matchRecords)
    .flatMap(({ record }) => {
      const object = record?.attributes?.type;
      return typeof record?.Id === 'string' && object !== undefined ? [{ object, id: record.Id }] : [];
    });
  return ['Contact', 'Lead', 'Account'].flatMap(
    (object) => found.find((one) => one.object === object) ?? [],
  )[0];
}

/** Leads by the number that keeps them unique; one that was converted is the contact that it became. */
async function leadsByNumber(
  client: SalesforceClient,
  numbers: readonly string[],
  signal: AbortSignal,
): Promise<[string, { object: string; id: string }][]> {
  if (numbers.length === 0) return [];
  const rows = await client.query(
    `SELECT Id, ${leadKeyField}, IsConverted, ConvertedContactId FROM Lead WHERE ${leadKeyField} IN (${numbers.map(quoted).join(', ')})`,
    signal,
  );
  return rows.flatMap((row): [string, { object: string; id: string }][] => {
    const [number, id, contactId] = [row[leadKeyField], row['Id'], row['ConvertedContactId']];
    if (typeof number !== 'string' || typeof id !== 'string') return [];
    if (row['IsConverted'] !== true) return [[number, { object: 'Lead', id }]];
    return typeof contactId === 'string' ? [[number, { object: 'Contact', id: contactId }]] : [];
  });
}
