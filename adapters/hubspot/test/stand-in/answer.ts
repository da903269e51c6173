import type { JsonValue } from '../../../../src/domain/jet-fields.ts';
import type { Portal } from './portal/portal.ts';
import type { Route } from './route.ts';
import type { StoredRecord } from './portal/stored-record.ts';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Undefined: no body. */
  readonly body?: Record<string, JsonValue>;
}

/** A request that passed the access check. */
export interface Asked {
  readonly route: Route;
  /** Parsed as JSON. Undefined when there is none. */
  readonly body: unknown;
  /** The length of the body in characters. */
  readonly length: number;
}

type Rows = Record<string, JsonValue>[];

/** From 2026-09 on, a plain answer can hold errors. Before that, and in the legacy versions, errors make it a 207. */
export function hidesErrors({ apiVersion }: Route): boolean {
  return apiVersion !== 'legacy' && apiVersion >= '2026-09';
}

/**
 * The answer to a batch.
 * @param status the status without errors
 */
export function batchAnswer(
  portal: Portal,
  route: Route,
  status: number,
  results: Rows,
  errors: Rows,
): Answer {
  const at = new Date(portal.nowMs()).toISOString();
  return {
    status: errors.length === 0 || hidesErrors(route) ? status : 207,
    body: {
      status: 'COMPLETE',
      results,
      startedAt: at,
      completedAt: at,
      ...(errors.length === 0 ? {} : { numErrors: errors.length, errors }),
    },
  };
}

/**
 * A record as the API returns it.
 * @param names the properties to return, `null` where they are empty; by default all properties with a value
 */
export function recordBody(
  record: StoredRecord,
  names?: readonly string[],
  properties: Readonly<Record<string, string>> = record.properties,
): Record<string, JsonValue> {
  return {
    id: record.id,
    properties: Object.fromEntries(
      (names ?? Object.keys(properties)).map((name) => [name, shownAs(name, properties[name])]),
    ),
    createdAt: new Date(record.createdAtMs).toISOString(),
    updatedAt: new Date(record.updatedAtMs).toISOString(),
    archived: false,
  };
}

/** HubSpot cleans rich text and rewrites its entities. */
function shownAs(name: string, value: string | undefined): string | null {
  if (name !== 'hs_call_body' || value === undefined) return value ?? null;
  return value.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('</p><p>', '</p>\n<p>');
}

/** The properties in an answer: the requested ones and those that are always returned. */
export function returnedProperties(type: StoredRecord['type'], asked: readonly string[]): string[] {
  return [...new Set([...asked, ...alwaysTold[type]])];
}

const alwaysTold = {
  calls: ['hs_object_id', 'hs_createdate', 'hs_lastmodifieddate'],
  contacts: ['hs_object_id', 'createdate', 'lastmodifieddate'],
  companies: ['hs_object_id', 'createdate', 'hs_lastmodifieddate'],
} as const;
