import type { z } from 'zod';
import {
  batchAnswer,
  hidesErrors,
  recordBody,
  returnedProperties,
  type Answer,
  type Asked,
} from '../answer.ts';
import { invalid, notFound } from '../api-error.ts';
import { checkProperties, checkUnique } from './check-properties.ts';
import type { Portal } from './portal.ts';
import type { ObjectType } from '../request-kind.ts';
import { bodies, readBody, refuseRepeats } from '../request-body.ts';
import type { StoredRecord } from './stored-record.ts';
import { rowsOneByOne, writeRows } from './write-rows.ts';

/** A valid change of a record, or a valid new record. */
interface Checked {
  readonly record: StoredRecord | undefined;
  readonly values: Readonly<Record<string, string>>;
}

/** `POST …/batch/update`: by id, or by a unique property. */
export function updateBatch(portal: Portal, { route, body }: Asked, type: ObjectType): Answer {
  const { inputs } = readBody(bodies.update, body);
  refuseRepeats(inputs.map(({ id }) => id));
  const found = inputs.map((input) => ({
    ...input,
    record: findRecord(portal, type, input.id, input.idProperty),
  }));
  const there = found.filter(({ record }) => record !== undefined);
  const rows = writeRows({
    inputs: there,
    oneByOne: rowsOneByOne(portal, 'update', inputs),
    check: (input) => checkChange(portal, type, input.record, input.properties),
    write: (checked) => write(portal, type, checked),
  });
  const missing = found.filter(({ record }) => record === undefined);
  const missingErrors = portal.options.missingOnUpdate === 'silent' ? [] : missingRows(type, missing);
  const answer = batchAnswer(portal, route, 200, rows.results, [...rows.errors, ...missingErrors]);
  // Integrators have seen this: a batch update with missing ids answers 207 and does not name them.
  return missing.length > 0 && missingErrors.length === 0 && !hidesErrors(route)
    ? { ...answer, status: 207 }
    : answer;
}

/** `POST …/batch/upsert`: by a unique property that every input names. */
export function upsertBatch(portal: Portal, { route, body }: Asked, type: ObjectType): Answer {
  const { inputs } = readBody(bodies.upsert, body);
  refuseRepeats(inputs.map(({ id }) => id));
  const rows = writeRows({
    inputs,
    oneByOne: rowsOneByOne(portal, 'upsert', inputs),
    check: ({ id, idProperty, properties }) =>
      checkUpsert(portal, type, findRecord(portal, type, id, idProperty), {
        [idProperty]: id,
        ...properties,
      }),
    write: (checked) => {
      if (checked.record !== undefined) return { ...write(portal, type, checked), new: false };
      const made = portal.insert(type, checked.values);
      return { ...recordBody(made, shownProperties(type, checked)), new: true };
    },
  });
  return batchAnswer(portal, route, 200, rows.results, rows.errors);
}

/** `PATCH …/{id}` */
export function updateOne(portal: Portal, { route, body }: Asked, type: ObjectType): Answer {
  const { properties } = readBody(bodies.updateOne, body);
  const record = findRecord(portal, type, route.name ?? '', route.query.get('idProperty') ?? undefined);
  if (record === undefined) throw notFound('resource not found');
  return { status: 200, body: write(portal, type, checkChange(portal, type, record, properties)) };
}

/**
 * A record by its id, or by the value of a unique property.
 *
 * @throws ApiError 400 for a property that is not unique
 */
export function findRecord(
  portal: Portal,
  type: ObjectType,
  id: string,
  idProperty: string | undefined,
): StoredRecord | undefined {
  if (idProperty === undefined) return portal.find(type, id);
  if (portal.properties[type].get(idProperty)?.hasUniqueValue !== true) {
    const typeId = { calls: '0-48', contacts: '0-1', companies: '0-2' }[type];
    throw invalid(`Unable to perform update/upsert by non-unique ${typeId} property ${idProperty}`);
  }
  return portal.findBy(type, idProperty, id);
}

/** The error for missing ids. Like HubSpot, it names them all at once. */
export function missingRows(
  type: ObjectType,
  missing: readonly { id: string; objectWriteTraceId?: string | undefined }[],
): ReturnType<ReturnType<typeof notFound>['row']>[] {
  if (missing.length === 0) return [];
  const name = { calls: 'CALL', contacts: 'CONTACT', companies: 'COMPANY' }[type];
  const traces = missing.flatMap(({ objectWriteTraceId }) => objectWriteTraceId ?? []);
  return [
    notFound(
      `Could not get some ${name} objects, they may be deleted or not exist. Check that ids are valid.`,
    ).row({
      ids: missing.map(({ id }) => id),
      ...(traces.length === 0 ? {} : { objectWriteTraceId: traces }),
    }),
  ];
}

function checkChange(
  portal: Portal,
  type: ObjectType,
  record: StoredRecord | undefined,
  given: z.output<typeof bodies.updateOne>['properties'],
): Checked {
  const values = checkProperties(portal, { type, given, record, ignoresUnknown: true });
  checkUnique(portal, type, values, record);
  return { record, values };
}

function checkUpsert(
  portal: Portal,
  type: ObjectType,
  record: StoredRecord | undefined,
  given: Readonly<Record<string, string>>,
): Checked {
  const values = checkProperties(portal, { type, given, record, ignoresUnknown: false });
  checkUnique(portal, type, values, record);
  return { record, values };
}

function write(portal: Portal, type: ObjectType, checked: Checked): ReturnType<typeof recordBody> {
  if (checked.record === undefined) throw notFound('resource not found');
  portal.change(checked.record, checked.values);
  return recordBody(checked.record, shownProperties(type, checked));
}

/** The answer to a change shows the changed properties, not the rest of the record. */
function shownProperties(type: ObjectType, { values }: Checked): string[] {
  return returnedProperties(type, Object.keys(values));
}
