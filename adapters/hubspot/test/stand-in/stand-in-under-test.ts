import { afterEach } from 'vitest';
import { startHubspotStandIn, type HubspotStandIn } from './hubspot-stand-in.ts';
import type { HubspotStandInOptions } from './stand-in-options.ts';

export interface StandInReply {
  readonly status: number;
  readonly headers: Headers;
  /** The parts of a body that the tests read. */
  readonly body: {
    readonly status?: string;
    readonly message?: string;
    readonly category?: string;
    readonly policyName?: string;
    readonly total?: number;
    readonly results: readonly ToldRecord[];
    readonly errors: readonly ToldError[];
    readonly numErrors?: number;
    readonly paging?: { readonly next: { readonly after: string } };
    readonly [more: string]: unknown;
  };
}

export interface ToldRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly [more: string]: unknown;
}

export interface ToldError {
  readonly category?: string;
  readonly code?: string;
  readonly message: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/** A stand-in with plain fetch. */
export interface StandInUnderTest extends HubspotStandIn {
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<StandInReply>;
  post(path: string, body: unknown): Promise<StandInReply>;
}

/** The unique property of calls in these tests. */
export const keyProperty = 'jet_call_key';

/** Opens stand-ins with a unique property of calls, and closes them after each test. */
export function standIns(): (options?: HubspotStandInOptions) => Promise<StandInUnderTest> {
  const opened: HubspotStandIn[] = [];
  afterEach(async () => {
    for (const standIn of opened.splice(0)) await standIn.close();
  });
  return async (options = {}) => {
    const calls = [{ name: keyProperty, hasUniqueValue: true }, ...(options.properties?.calls ?? [])];
    const standIn = await startHubspotStandIn({ ...options, properties: { ...options.properties, calls } });
    opened.push(standIn);
    const ask: StandInUnderTest['ask'] = async (method, path, body, headers = {}) => {
      const answer = await fetch(standIn.url + path, {
        method,
        headers: {
          authorization: `Bearer ${standIn.token}`,
          'content-type': 'application/json',
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const read = (text === '' ? {} : JSON.parse(text)) as StandInReply['body'];
      return { status: answer.status, headers: answer.headers, body: read };
    };
    return { ...standIn, ask, post: (path, body) => ask('POST', path, body) };
  };
}

export const calls = '/crm/v3/objects/calls';
export const contacts = '/crm/v3/objects/contacts';

interface CreateInput {
  readonly properties: Readonly<Record<string, string>>;
  readonly associations: unknown[];
  readonly objectWriteTraceId?: string;
}

/** A valid input of a batch create, on these contacts and companies. */
export function newCall(
  key: string,
  given: Readonly<Record<string, string>> = {},
  on: { contacts?: readonly string[]; companies?: readonly string[] } = {},
): CreateInput {
  return {
    properties: { [keyProperty]: key, hs_timestamp: '2026-11-22T01:00:00.000Z', ...given },
    associations: [
      ...(on.contacts ?? []).map((id) => association(id, 194)),
      ...(on.companies ?? []).map((id) => association(id, 182)),
    ],
    objectWriteTraceId: key,
  };
}

export function association(id: string, associationTypeId: number): unknown {
  return { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }] };
}

/** An input without its trace id. */
export function untraced({ properties, associations }: CreateInput): CreateInput {
  return { properties, associations };
}

/** An input of a batch upsert by the key. */
export function keyed(key: string, properties: Readonly<Record<string, string>> = {}): unknown {
  return {
    id: key,
    idProperty: keyProperty,
    properties: { hs_timestamp: '2026-11-22T01:00:00.000Z', ...properties },
  };
}

/** The body of a search with one group for each filter. */
export function searchFor(...filters: unknown[]): Record<string, unknown> {
  return {
    filterGroups: filters.map((filter) => ({ filters: [filter] })),
    properties: ['phone', 'hs_calculated_phone_number'],
    sorts: [],
    limit: 200,
    after: '0',
  };
}
