import { batchAnswer, recordBody, returnedProperties, type Answer, type Asked } from '../answer.ts';
import { notFound } from '../api-error.ts';
import { findRecord, missingRows } from './change-records.ts';
import type { Portal } from './portal.ts';
import type { ObjectType } from '../request-kind.ts';
import { bodies, readBody } from '../request-body.ts';
import type { StoredRecord } from './stored-record.ts';

/** `POST …/batch/read`: by id or by a unique property. Unlike search, it has no lag. */
export function readBatch(portal: Portal, { route, body }: Asked, type: ObjectType): Answer {
  const { inputs, properties, idProperty } = readBody(bodies.read, body);
  const found = inputs.map(({ id }) => ({ id, record: findRecord(portal, type, id, idProperty) }));
  const there = new Set(found.flatMap(({ record }) => record ?? []));
  const results = [...there].map((record) => recordBody(record, returnedProperties(type, properties)));
  const missing = found.filter(({ record }) => record === undefined);
  const { noneThereOnRead, someThereOnRead } = portal.options;
  const answered = results.length === 0 ? noneThereOnRead : missing.length > 0 ? someThereOnRead : 207;
  const text = 'Object not found. objectId are usually numeric.';
  if (answered === 404) throw notFound(text);
  if (answered === '404 with ids') throw notFound(text, { context: { ids: missing.map(({ id }) => id) } });
  return batchAnswer(portal, route, 200, results, missingRows(type, missing));
}

/** `GET …/{id}` */
export function readOne(portal: Portal, { route }: Asked, type: ObjectType): Answer {
  const record = findRecord(portal, type, route.name ?? '', route.query.get('idProperty') ?? undefined);
  if (record === undefined) throw notFound('resource not found');
  return { status: 200, body: recordBody(record, returnedProperties(type, askedProperties(route.query))) };
}

/** `GET …` */
export function listRecords(portal: Portal, { route }: Asked, type: ObjectType): Answer {
  const { page, paging } = pageOf(portal.all(type), route.query, 10, 100);
  const names = returnedProperties(type, askedProperties(route.query));
  return { status: 200, body: { results: page.map((record) => recordBody(record, names)), ...paging } };
}

/** `POST …/batch/archive`: ignores missing ids. */
export function archiveBatch(portal: Portal, { body }: Asked, type: ObjectType): Answer {
  const { inputs } = readBody(bodies.archive, body);
  for (const { id } of inputs) archive(portal, portal.find(type, id));
  return { status: 204 };
}

/** `DELETE …/{id}` */
export function archiveOne(portal: Portal, { route }: Asked, type: ObjectType): Answer {
  archive(portal, portal.find(type, route.name ?? ''));
  return { status: 204 };
}

/** One page of a list, by `limit` and `after`, with the link to the next page. */
export function pageOf<T extends { readonly id: string }>(
  all: readonly T[],
  query: URLSearchParams,
  usual: number,
  most: number,
): { page: readonly T[]; paging: Record<string, { next: { after: string } }> } {
  const limit = Math.min(Number(query.get('limit') ?? usual), most);
  const after = query.get('after');
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const page = all.slice(start, start + limit);
  const last = page.at(-1);
  return {
    page,
    paging: last === undefined || start + limit >= all.length ? {} : { paging: { next: { after: last.id } } },
  };
}

function askedProperties(query: URLSearchParams): string[] {
  return query.getAll('properties').flatMap((names) => names.split(','));
}

function archive(portal: Portal, record: StoredRecord | undefined): void {
  if (record !== undefined) portal.remove(record);
}
