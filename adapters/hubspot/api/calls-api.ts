import type { AssociationSpec } from '@hubspot/api-client/lib/codegen/crm/objects/calls/index.js';
import { readBatch, type BatchAnswer, type HubspotRecord } from './answers.ts';
import { callKey, type Properties } from '../check/properties.ts';
import { readRecords } from './read-records.ts';
import { searchAll, type SearchBody } from '../people/search.ts';
import type { Transport } from './transport.ts';

/** A call to create. */
export interface NewCall {
  readonly key: string;
  readonly properties: Properties;
  readonly contactId: string | undefined;
  readonly companyId: string | undefined;
}

/** The calls of a portal. A batch has at most 100 rows. Every method throws what {@link Transport.ask} throws. */
export interface CallsApi {
  /** Searches calls by key. The search index lags behind writes. */
  searchCalls(
    keys: readonly string[],
    properties: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly HubspotRecord[]>;
  /** Reads the current calls by key. The key property must be unique in the portal. */
  readCallsByKey(
    keys: readonly string[],
    properties: readonly string[],
    signal: AbortSignal,
  ): Promise<BatchAnswer>;
  readCalls(ids: readonly string[], properties: readonly string[], signal: AbortSignal): Promise<BatchAnswer>;
  createCalls(calls: readonly NewCall[], signal: AbortSignal): Promise<BatchAnswer>;
  updateCalls(
    calls: readonly { id: string; key: string; properties: Properties }[],
    signal: AbortSignal,
  ): Promise<BatchAnswer>;
  /** Creates the calls that do not exist. It sets no associations. The key property must be unique in the portal. */
  upsertCalls(
    calls: readonly { key: string; properties: Properties }[],
    signal: AbortSignal,
  ): Promise<BatchAnswer>;
}

// All pages that one search can return: a call that the search missed would be created again.
const pagesMax = 50;
const contactType = 194;
const companyType = 182;

// Loads HubSpot's library when it is first needed.
const library = () => import('@hubspot/api-client/lib/codegen/crm/objects/calls/index.js');

export function createCallsApi(transport: Transport): CallsApi {
  const read = (
    ids: readonly string[],
    properties: readonly string[],
    by: { idProperty?: string },
    signal: AbortSignal,
  ): Promise<BatchAnswer> => {
    return readRecords(ids, (some) => {
      const inputs = some.map((id) => ({ id }));
      const body = { inputs, properties: [...properties], propertiesWithHistory: [], ...by };
      return transport.ask(
        'other',
        library,
        ({ BatchApi }, configuration) => new BatchApi(configuration).read(body, false),
        signal,
      );
    });
  };
  return {
    async searchCalls(keys, properties, signal) {
      const send = (body: SearchBody): Promise<unknown> =>
        transport.ask(
          'search',
          library,
          ({ SearchApi }, configuration) => new SearchApi(configuration).doSearch(body),
          signal,
        );
      const words = keys.map((key) => [key]);
      const search = { words, fields: [callKey], properties, pagesMax, send };
      return (await searchAll(search)).records;
    },
    readCallsByKey: (keys, properties, signal) => read(keys, properties, { idProperty: callKey }, signal),
    // A read by record id must not name an id property.
    readCalls: (ids, properties, signal) => read(ids, properties, {}, signal),
    async createCalls(calls, signal) {
      const inputs = calls.map(({ key, properties, contactId, companyId }) => ({
        properties: { ...properties },
        // HubSpot treats each row separately only when each has its own trace id.
        objectWriteTraceId: key,
        associations: [...associationTo(contactId, contactType), ...associationTo(companyId, companyType)],
      }));
      const answer = await transport.ask(
        'other',
        library,
        ({ BatchApi }, configuration) => new BatchApi(configuration).create({ inputs }),
        signal,
      );
      return readBatch(answer);
    },
    async updateCalls(calls, signal) {
      const inputs = calls.map(({ id, key, properties }) => ({
        id,
        objectWriteTraceId: key,
        properties: { ...properties },
      }));
      const answer = await transport.ask(
        'other',
        library,
        ({ BatchApi }, configuration) => new BatchApi(configuration).update({ inputs }),
        signal,
      );
      return readBatch(answer);
    },
    async upsertCalls(calls, signal) {
      const inputs = calls.map(({ key, properties }) => ({
        id: key,
        idProperty: callKey,
        objectWriteTraceId: key,
        properties: { ...properties },
      }));
      const answer = await transport.ask(
        'other',
        library,
        ({ BatchApi }, configuration) => new BatchApi(configuration).upsert({ inputs }),
        signal,
      );
      return readBatch(answer);
    },
  };
}

type Association = { to: { id: string }; types: AssociationSpec[] };

function associationTo(id: string | undefined, associationTypeId: number): Association[] {
  if (id === undefined) return [];
  const associationCategory = 'HUBSPOT_DEFINED' as AssociationSpec['associationCategory'];
  return [{ to: { id }, types: [{ associationCategory, associationTypeId }] }];
}
