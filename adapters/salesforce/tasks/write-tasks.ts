import { AdapterMisconfigured } from '#contract';
import type { Fields, Row, RowResult } from '#crm';
import { RequestRefused, type ApiError } from '../api/failure.ts';
import { dispensableFields, fieldsNamed, itemVerdict, unwritableField } from '../api/item-verdict.ts';
import type { SaveResult } from '../client.ts';
import { cutToFit, learnLengths } from './field-lengths.ts';
import type { Parts } from './parts.ts';
import { omitFields } from './unusable-fields.ts';

/** The first attempt, one without the refused fields, and one without all optional fields. */
const roundsMax = 3;

/** Writes at most 200 Tasks in one request. */
export async function writeTasks(
  parts: Parts,
  work: 'create' | 'update',
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowResult[]> {
  const { client } = parts;
  const sent = inOrderOfLocks(rows.map((row) => ({ row, body: cutToFit(parts, row.fields) })));
  const records = sent.map(({ row, body }) => (row.id === undefined ? body : { id: row.id, ...body }));
  let saved: readonly SaveResult[];
  try {
    saved = await (work === 'create'
      ? client.create('Task', records, signal)
      : client.update('Task', records, signal));
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    const names = fieldsToOmit(parts, error.error, records);
    return rows.map(({ fields }) => ({
      kind: 'dropFields',
      names: names.filter((name) => name in fields),
      why: error.error.code,
    }));
  }
  const results = new Map(
    sent.map(({ row, body }, index): [Row, RowResult] => {
      const result = saved[index];
      if (result?.success === true) return [row, { kind: 'saved', id: result.id, fields: body }];
      const errors = result?.errors ?? [];
      return [row, refusedResult(parts, work, { ...row, isAlone: rows.length === 1 }, body, errors)];
    }),
  );
  const all = rows.flatMap((row) => results.get(row) ?? []);
  if (all.some(({ kind }) => kind === 'split')) parts.rowsPerWrite.shrinkTo(Math.ceil(rows.length / 2));
  return all;
}

const tryFewerLater = {
  kind: 'later',
  code: 'governor_limit',
  reason: 'A trigger or flow of the org failed on too many Tasks at once. The next attempt sends fewer.',
} as const;

function refusedResult(
  parts: Parts,
  work: 'create' | 'update',
  { round, isAlone }: Row & { readonly isAlone: boolean },
  body: Fields,
  errors: readonly ApiError[],
): RowResult {
  const { mapped } = parts;
  // The record can be sent again, with texts cut to the length that the error names.
  if (round < roundsMax && learnLengths(parts, errors, body))
    return { kind: 'dropFields', names: [], why: '' };
  const verdict = itemVerdict(errors, body, mapped, work);
  switch (verdict.kind) {
    case 'drop': {
      const { code, isOwner } = verdict;
      if (round >= roundsMax) return stillRefused(code);
      const last = round === roundsMax - 1 ? dispensableFields(body, mapped) : [];
      const names = [...new Set([...verdict.fields, ...last])];
      return { kind: 'dropFields', names, why: code, isOwnerRefused: isOwner };
    }
    case 'crowded':
      if (!isAlone) return { kind: 'split', later: tryFewerLater };
      // A single Task failed alone, so the number of Tasks was not the cause.
      parts.rowsPerWrite.reset();
      return verdict.rejection;
    default:
      return verdict;
  }
}

/** The result of a Task that was refused for another field at each attempt. */
function stillRefused(code: string): RowResult {
  return {
    kind: 'refused',
    code: code.toLowerCase(),
    reason: `Salesforce refused the Task at each attempt for another field (last: ${code}).`,
    remedy:
      'Run npm run doctor, which compares the settings with the org. Then: npm run replay -- --destination salesforce',
  };
}

interface Sent {
  readonly row: Row;
  readonly body: Fields;
}

/** Sorts rows by the records that they lock, so that two writers cannot deadlock. */
function inOrderOfLocks(sent: readonly Sent[]): Sent[] {
  const lock = ({ body }: Sent): string => `${String(body['WhatId'] ?? '')} ${String(body['WhoId'] ?? '')}`;
  return [...sent].sort((a, b) => (lock(a) < lock(b) ? -1 : lock(a) > lock(b) ? 1 : 0));
}

/**
 * The fields to omit when a request that was refused as a whole is sent again.
 *
 * @throws AdapterMisconfigured when the org refuses a field that a Task needs, or no field can be omitted
 */
function fieldsToOmit(parts: Parts, error: ApiError, bodies: readonly Fields[]): readonly string[] {
  const { mapped } = parts;
  const sent: Fields = Object.fromEntries(bodies.flatMap((body) => Object.entries(body)));
  const unwritable = unwritableField(error, sent);
  if (unwritable !== undefined) throw unwritable;
  const can = dispensableFields(sent, mapped);
  const named = fieldsNamed(error, sent).filter((name) => can.includes(name));
  // For a value of the wrong type, the error may give only its position in the request.
  const isUnnamed = named.length === 0 && error.code === 'JSON_PARSER_ERROR';
  const fields = isUnnamed ? can.filter((name) => mapped.has(name)) : named;
  if (fields.length === 0) {
    throw new AdapterMisconfigured(
      `Salesforce cannot read the Tasks (${error.code}).`,
      'Run npm run doctor, which compares SALESFORCE_FIELDS and the permissions with the org.',
      { cause: error },
    );
  }
  const ours = fields.filter((name) => mapped.has(name));
  if (ours.length > 0) omitFields(parts, ours, error.code);
  return fields;
}
