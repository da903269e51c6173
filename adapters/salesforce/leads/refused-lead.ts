import { AdapterMisconfigured } from '#contract';
import { type MatchedPerson } from '#crm';
import type { SalesforceClient } from '../client.ts';
import { recordLaterCodes, stopFor, type ApiError } from '../api/failure.ts';
import { ownersOf } from '../people/record-owners.ts';
import { quoted } from '../api/soql.ts';
import { leadKeyField } from '../tasks/task-fields.ts';

/** The fault of an org that accepts no leads of the kit at all. Undefined: the error means something else. */
export function stopOf(error: ApiError | undefined): AdapterMisconfigured | undefined {
  if (error === undefined) return undefined;
  const stop = stopFor(error.code);
  if (stop !== undefined || !/^INVALID_FIELD/.test(error.code) || !error.message.includes(leadKeyField))
    return stop;
  return new AdapterMisconfigured(
    `The org has no field ${leadKeyField} on Lead that the integration user can write.`,
    'Deploy adapters/salesforce/metadata-leads and assign its permission set (adapters/salesforce/README.md), or set SALESFORCE_UNMATCHED=log.',
  );
}

interface Instead {
  /** Undefined: no record was found. */
  readonly record: MatchedPerson | undefined;
  /** For the trace. */
  readonly note: string;
  /** Creating the lead may work later. */
  readonly isLater: boolean;
}

/** Finds the records that replace refused leads: the existing lead, or the record that a duplicate rule names. */
export async function recordsInstead(
  client: SalesforceClient,
  refused: readonly { readonly number: string; readonly error: ApiError | undefined }[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Instead>> {
  const taken = refused.flatMap(({ number, error }) => (error?.code === 'DUPLICATE_VALUE' ? [number] : []));
  const existing = await leadsByNumber(client, taken, signal);
  const named = new Map(
    refused.flatMap(({ number, error }) => {
      const record = existing.get(number) ?? (error === undefined ? undefined : duplicateOf(error));
      return record === undefined ? [] : [[number, record] as const];
    }),
  );
  const owners = await ownersOf(client, [...named.values()], signal);
  return new Map(
    refused.map(({ number, error }) => {
      const record = named.get(number);
      const code = error?.code ?? 'no reason';
      const isTaken = taken.includes(number);
      const note = isTaken
        ? `a lead of this number ${record === undefined ? 'exists, but the integration user cannot see it' : 'already existed'}`
        : record === undefined
          ? `no lead was made (${code})`
          : 'a duplicate rule of the org named this record';
      const isLater = record === undefined && recordLaterCodes.has(code);
      return [number, { record: record && { ...record, ownerId: owners.get(record.id) }, note, isLater }];
    }),
  );
}

/** The record that a duplicate rule of the org takes for the same person. */
function duplicateOf(error: ApiError): MatchedPerson | undefined {
  if (error.code !== 'DUPLICATES_DETECTED') return undefined;
  interface Result {
    matchResults?: { matchRecords?: { record?: { Id?: string; attributes?: { type?: string } } }[] }[];
  }
  // Some versions of the API spell it without the l.
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

/** Leads by their unique number. A converted lead is replaced by the contact that it became. */
async function leadsByNumber(
  client: SalesforceClient,
  numbers: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, MatchedPerson>> {
  if (numbers.length === 0) return new Map();
  const rows = await client.query(
    `SELECT Id, ${leadKeyField}, IsConverted, ConvertedContactId FROM Lead WHERE ${leadKeyField} IN (${numbers.map(quoted).join(', ')})`,
    signal,
  );
  return new Map(
    rows.flatMap((row): [string, MatchedPerson][] => {
      const [number, id, contactId] = [row[leadKeyField], row['Id'], row['ConvertedContactId']];
      if (typeof number !== 'string' || typeof id !== 'string') return [];
      if (row['IsConverted'] !== true) return [[number, { object: 'Lead', id }]];
      return typeof contactId === 'string' ? [[number, { object: 'Contact', id: contactId }]] : [];
    }),
  );
}
