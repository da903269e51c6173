import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import { ApiRefusal, refusalAnswer, type ApiAnswer, type ApiRequest, type SaveError } from '../api-answer.ts';
import { asRow, fieldPath } from '../query/field-path.ts';
import { readRecord } from './incoming-record.ts';
import type { Org } from './org.ts';
import type { ObjectName } from './org-record.ts';
import { holdersOf } from './save-rules.ts';
import { create, update, upsert, type SaveContext, type SaveResult } from './save.ts';
import { knownObject } from '../query/selection.ts';

/** Answers POST /sobjects/{object} and PATCH /sobjects/{object}/{id}. */
export function answerOneRecord(context: SaveContext, request: ApiRequest): ApiAnswer {
  const { org } = context;
  const object = knownObject(request.segments[1] ?? '');
  const id = request.segments[2];
  assertNoId(request.body);
  const absent = id === undefined ? undefined : absence(org, object, id);
  if (absent !== undefined) return absent;
  const record = readRecord(org, object, request.body, id === undefined ? 'create' : 'update', false);
  if (request.writesOnly < 1) return { status: 204 };
  if (id === undefined) return asAnswer(create(context, record), object, request.root);
  const result = update(context, { ...record, id });
  if ('errors' in result) return errorAnswer(result.errors);
  return { status: 204 };
}

/** Answers PATCH /sobjects/{object}/{external id field}/{value}. */
export function answerUpsert(context: SaveContext, request: ApiRequest): ApiAnswer {
  const { org } = context;
  const [, name = '', keyField = '', key = ''] = request.segments;
  const object = knownObject(name);
  if (org.schemas[object].get(keyField)?.externalId !== true) {
    const message = `Provided external ID field does not exist or is not accessible: ${keyField}`;
    throw new ApiRefusal(404, 'NOT_FOUND', message);
  }
  assertNoId(request.body, keyField);
  const record = readRecord(org, object, request.body, 'upsert', false);
  const holders = holdersOf(org, object, keyField, key);
  if (holders.length > 1) {
    return { status: 300, body: holders.map(({ id }) => `${request.root}/sobjects/${object}/${id}`) };
  }
  if (request.writesOnly < 1) return { status: 204 };
  const result = upsert(context, { ...record, values: { ...record.values, [keyField]: key } }, keyField);
  return asAnswer(result, object, request.root, true);
}

/** Answers GET /sobjects/{object}/{id}?fields=... */
export function answerRecord(org: Org, { segments, query, root }: ApiRequest): ApiAnswer {
  const object = knownObject(segments[1] ?? '');
  const id = segments[2] ?? '';
  const record = org.find(id);
  const absent = absence(org, object, id);
  if (absent !== undefined || record === undefined) return absent ?? { status: 404 };
  const names = query.get('fields')?.split(',') ?? [...org.schemas[object].keys()];
  const paths = [...new Set(['Id', ...names])].map((name) => fieldPath(org, object, name));
  return { status: 200, body: asRow(record, paths, root) };
}

function absence(org: Org, object: ObjectName, id: string): ApiAnswer | undefined {
  const record = org.find(id);
  if (record?.object !== object) {
    return refusalAnswer(404, 'NOT_FOUND', 'The requested resource does not exist');
  }
  return record.state === 'deleted'
    ? refusalAnswer(404, 'ENTITY_IS_DELETED', 'entity is deleted')
    : undefined;
}

/** The id must be in the address and nowhere else. */
function assertNoId(body: unknown, keyField?: string): void {
  const names = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  const odd = names.find((name) => name === 'Id' || name === 'id' || name === keyField);
  if (odd !== undefined) {
    const message = `The ${odd} field should not be specified in the sobject data.`;
    throw new ApiRefusal(400, 'INVALID_FIELD', message);
  }
}

function asAnswer(result: SaveResult, object: ObjectName, root: string, saysCreated = false): ApiAnswer {
  if ('errors' in result) return errorAnswer(result.errors);
  const { id, created } = result;
  return {
    status: created ? 201 : 200,
    headers: { location: `${root}/sobjects/${object}/${id}` },
    body: { id, success: true, errors: [], ...(saysCreated ? { created } : {}) },
  };
}

function errorAnswer(errors: readonly SaveError[]): ApiAnswer {
  const body = errors.map(({ statusCode, message, fields, duplicateResult }): JsonValue => ({
    message,
    errorCode: statusCode,
    ...(duplicateResult === undefined ? { fields } : { duplicateResult }),
  }));
  return { status: 400, body };
}
