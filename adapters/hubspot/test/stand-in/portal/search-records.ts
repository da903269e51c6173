import type { z } from 'zod';
import { recordBody, returnedProperties, type Answer, type Asked } from '../answer.ts';
import { ApiError, invalid } from '../api-error.ts';
import { momentOf } from './check-properties.ts';
import type { Portal } from './portal.ts';
import type { ObjectType } from '../request-kind.ts';
import { bodies, readBody } from '../request-body.ts';
import { indexedAt, type StoredRecord } from './stored-record.ts';

type Search = z.output<typeof bodies.search>;
type Filter = Search['filterGroups'][number]['filters'][number];
type Values = Readonly<Record<string, string>>;

/** The body must be shorter than this. */
const longestBody = 3_000;
const mostFilters = 18;
const mostResults = 10_000;

/** `POST …/search`: searches the index, which can lag behind. */
export function searchRecords(portal: Portal, { body, length }: Asked, type: ObjectType): Answer {
  if (length >= longestBody)
    throw invalid('The request body is too long: it must stay below 3,000 characters');
  const search = readBody(bodies.search, body);
  if (search.query !== undefined) throw unsupported('query');
  const filters = search.filterGroups.flatMap((group) => group.filters);
  if (filters.length > mostFilters)
    throw invalid(`Too many filters: ${filters.length}, at most ${mostFilters}`);
  if (search.after + search.limit > mostResults) throw invalid('Paging ends at 10,000 results');
  for (const filter of filters) checkFilter(portal, type, filter);

  const indexMs = portal.nowMs() - (portal.options.indexLagMs ?? 0);
  const hits = [...portal.everMade(type)]
    .map((record) => ({ record, values: indexedAt(record, indexMs) }))
    .filter((entry): entry is Hit => entry.values !== undefined)
    .filter(({ values }) => matches(portal, type, search, values))
    .sort(order(search.sorts[0]));
  const page = hits.slice(search.after, search.after + search.limit);
  const next = search.after + search.limit;
  const names = returnedProperties(type, search.properties);
  return {
    status: 200,
    body: {
      total: hits.length,
      results: page.map(({ record, values }) => recordBody(record, names, values)),
      ...(next < hits.length ? { paging: { next: { after: String(next) } } } : {}),
    },
  };
}

interface Hit {
  readonly record: StoredRecord;
  readonly values: Values;
}

function checkFilter(
  portal: Portal,
  type: ObjectType,
  { propertyName, operator, value, values }: Filter,
): void {
  if (!portal.properties[type].has(propertyName))
    throw invalid(`There was a problem with the request: property ${propertyName} does not exist`);
  if (!['EQ', 'IN', 'GTE'].includes(operator)) throw unsupported(`operator ${operator}`);
  if (operator === 'IN' && values === undefined) throw invalid('The operator IN requires values');
  if (operator !== 'IN' && value === undefined) throw invalid(`The operator ${operator} requires a value`);
}

/** A limit of the stand-in. HubSpot's answer is unknown. */
function unsupported(what: string): ApiError {
  return new ApiError(501, 'NOT_IMPLEMENTED', `The stand-in does not know ${what}`);
}

/** Groups are alternatives. All filters of a group must match. No group matches everything. */
function matches(portal: Portal, type: ObjectType, { filterGroups }: Search, values: Values): boolean {
  if (filterGroups.length === 0) return true;
  return filterGroups.some((group) =>
    group.filters.every((filter) => {
      const isText = portal.properties[type].get(filter.propertyName)?.type === 'string';
      return holds(filter, values[filter.propertyName], isText);
    }),
  );
}

function holds(
  { operator, value = '', values = [] }: Filter,
  held: string | undefined,
  isText: boolean,
): boolean {
  if (held === undefined) return false;
  switch (operator) {
    // The index stores texts in lower case, and IN compares its values unchanged.
    case 'IN':
      return values.includes(isText ? held.toLowerCase() : held);
    case 'EQ':
      return held.toLowerCase() === value.toLowerCase() || sameMoment(held, value);
    default: {
      const [left, right] = [momentOf(held) ?? Number(held), momentOf(value) ?? Number(value)];
      return left >= right;
    }
  }
}

function sameMoment(held: string, value: string): boolean {
  const moment = momentOf(held);
  return moment !== undefined && moment === momentOf(value);
}

/** The oldest first by default. A minus before the property's name reverses the order. */
function order(sort: string | undefined): (left: Hit, right: Hit) => number {
  const byAge = (left: Hit, right: Hit): number => left.record.createdAtMs - right.record.createdAtMs;
  if (sort === undefined) return byAge;
  const name = sort.replace(/^-/, '');
  const sign = sort.startsWith('-') ? -1 : 1;
  return (left, right) => {
    const [a, b] = [left.values[name] ?? '', right.values[name] ?? ''];
    return a === b ? byAge(left, right) : a < b ? -sign : sign;
  };
}
