import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import { ApiRefusal, saveError, type ApiAnswer, type ApiRequest, type SaveError } from '../api-answer.ts';
import { asRow, fieldPath } from '../query/field-path.ts';
import { readRecord, type IncomingRecord } from './incoming-record.ts';
import type { Org } from './org.ts';
import type { ObjectName } from './org-record.ts';
import { keyText } from './save-rules.ts';
import { create, update, upsert, type SaveContext, type SaveResult } from './save.ts';
import { knownObject } from '../query/selection.ts';

const recordsMax = 200;
/** The most runs of records of the same type in one request. */
const runsMax = 10;

/** Answers POST and PATCH /composite/sobjects, and PATCH /composite/sobjects/{object}/{external id field}. */
export function answerManyRecords(context: SaveContext, request: ApiRequest): ApiAnswer {
  const { org } = context;
  const [, , upserted, keyField] = request.segments;
  const object = upserted === undefined ? undefined : knownObject(upserted);
  if (object !== undefined) assertExternalId(org, object, keyField ?? '');
  const { records, allOrNone } = readBody(request.body);
  const effect = object !== undefined ? 'upsert' : request.method === 'POST' ? 'create' : 'update';
  const incoming = records.map((record) => readRecord(org, object ?? typeOf(record), record, effect, true));
  assertFewRuns(incoming);
  const refusals = repeatedKeys(org, incoming, effect, keyField);
  const back = allOrNone ? org.savepoint() : undefined;
  const crowded = tooManyRows(org, incoming);
  const results = incoming.slice(0, request.writesOnly).map((record): SaveResult => {
    if (crowded !== undefined) return { errors: [crowded] };
    const repeated = refusals.get(record);
    if (repeated !== undefined) return { errors: [repeated] };
    if (effect === 'create') return create(context, record);
    return effect === 'update' ? update(context, record) : upsert(context, record, keyField ?? '');
  });
  if (back !== undefined && results.some((result) => 'errors' in result)) {
    back();
    return { status: 200, body: results.map(rolledBack) };
  }
  return { status: 200, body: results.map((result) => asItem(result, effect === 'upsert')) };
}

/** Answers POST /composite/sobjects/{object} with ids and fields. A missing record is null. */
export function answerRetrieve(org: Org, { segments, body, root }: ApiRequest): ApiAnswer {
  const object = knownObject(segments[2] ?? '');
  const { ids, fields } = (body ?? {}) as { ids?: unknown; fields?: unknown };
  if (!Array.isArray(ids) || !Array.isArray(fields)) {
    throw new ApiRefusal(400, 'JSON_PARSER_ERROR', 'It takes ids and fields');
  }
  const paths = ['Id', ...(fields as string[]).filter((name) => name !== 'Id')].map((name) =>
    fieldPath(org, object, name),
  );
  const rows = (ids as string[]).map((id) => {
    const record = org.find(id);
    return record?.state === 'there' && record.object === object ? asRow(record, paths, root) : null;
  });
  return { status: 200, body: rows };
}

function readBody(body: unknown): { records: unknown[]; allOrNone: boolean } {
  const { records, allOrNone = false } = (body ?? {}) as { records?: unknown; allOrNone?: unknown };
  if (!Array.isArray(records) || typeof allOrNone !== 'boolean') {
    throw new ApiRefusal(400, 'JSON_PARSER_ERROR', 'It takes records and allOrNone');
  }
  if (records.length > recordsMax) {
    const message = 'record limit reached. cannot submit more than 200 records into this call';
    throw new ApiRefusal(400, 'EXCEEDED_ID_LIMIT', message);
  }
  return { records, allOrNone };
}

function typeOf(record: unknown): ObjectName {
  const type = (record as { attributes?: { type?: unknown } } | null)?.attributes?.type;
  if (typeof type !== 'string') throw new ApiRefusal(400, 'INVALID_FIELD', 'attributes.type is missing');
  return knownObject(type);
}

function assertExternalId(org: Org, object: ObjectName, name: string): void {
  if (org.schemas[object].get(name)?.externalId !== true) {
    const message = `Provided external ID field does not exist or is not accessible: ${name}`;
    throw new ApiRefusal(404, 'NOT_FOUND', message);
  }
}

function assertFewRuns(records: readonly IncomingRecord[]): void {
  const runs = records.filter((record, index) => record.object !== records[index - 1]?.object).length;
  if (runs > runsMax) {
    const message =
      'Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.';
    throw new ApiRefusal(400, 'LIMIT_EXCEEDED', message);
  }
}

/** A trigger handles all records of a request together. If it fails, every record is refused. */
function tooManyRows({ options }: Org, records: readonly IncomingRecord[]): SaveError | undefined {
  if (records.length <= (options.rowsPerWriteMax ?? Infinity)) return undefined;
  return saveError(
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'TaskTrigger: System.LimitException: Apex CPU time limit exceeded',
  );
}

/** When two records of a request have the same value in a unique field, both are refused. */
function repeatedKeys(
  org: Org,
  records: readonly IncomingRecord[],
  effect: 'create' | 'update' | 'upsert',
  keyField: string | undefined,
) {
  const byKey = new Map<string, IncomingRecord[]>();
  for (const record of records) {
    for (const { name, unique } of org.schemas[record.object].values()) {
      const value = record.values[name];
      if ((!unique && name !== keyField) || typeof value !== 'string') continue;
      const key = `${record.object} ${name} ${keyText(org, record.object, name, value)}`;
      byKey.set(key, [...(byKey.get(key) ?? []), record]);
    }
  }
  const repeated = [...byKey].filter(([, sharing]) => sharing.length > 1);
  return new Map(
    repeated.flatMap(([key, sharing]) => {
      const [, name = '', ...value] = key.split(' ');
      const error =
        effect === 'upsert'
          ? saveError('DUPLICATE_VALUE', `Duplicate external id specified: ${value.join(' ')}`, name)
          : saveError(
              'DUPLICATE_VALUE',
              `duplicate value found: ${name} duplicates value on record with id: <unknown>`,
            );
      return sharing.map((record) => [record, error] as const);
    }),
  );
}

function asItem(result: SaveResult, saysCreated: boolean): JsonValue {
  if ('errors' in result) {
    // As far as is known, only the answer about a single record names the records of a duplicate rule.
    const errors = result.errors.map(({ statusCode, message, fields }) => ({ statusCode, message, fields }));
    return { ...(result.id === undefined ? {} : { id: result.id }), success: false, errors };
  }
  return { id: result.id, success: true, errors: [], ...(saysCreated ? { created: result.created } : {}) };
}

function rolledBack(result: SaveResult): JsonValue {
  if ('errors' in result) return asItem(result, false);
  const message =
    'Record rolled back because not all records were valid and the request was using AllOrNone header';
  return asItem({ errors: [saveError('ALL_OR_NONE_OPERATION_ROLLED_BACK', message)] }, false);
}
