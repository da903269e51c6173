import type { NumberForms } from '#crm';
import { readAssociations, readBatch, type AssociationAnswer, type BatchAnswer } from './answers.ts';
import { contactKey, type Properties } from '../check/properties.ts';
import { readRecords } from './read-records.ts';
import {
  searchAll,
  wordsPerSearch,
  type SearchBody,
  type SearchResult,
  type SearchWords,
} from '../people/search.ts';
import type { Transport } from './transport.ts';

/** Whom a call can be about. */
export type PeopleType = 'contacts' | 'companies';

/** A portal's contacts, and what calls are associated with. Every method throws what {@link Transport.ask} does. */
export interface PeopleApi {
  /** How many of these numbers, from the first on, go into one search. */
  contactsPerSearch(numbers: readonly NumberForms[]): number;
  /** Everybody who may have one of these numbers; to be verified. */
  searchContacts(numbers: readonly NumberForms[], signal: AbortSignal): Promise<SearchResult>;
  /** Those that the kit made, by the number that it made them for. */
  readContactsByKey(numbers: readonly string[], signal: AbortSignal): Promise<BatchAnswer>;
  upsertContacts(
    contacts: readonly { key: string; properties: Properties }[],
    signal: AbortSignal,
  ): Promise<BatchAnswer>;
  /** Associates calls by the default type, which takes no label away. */
  associate(
    to: PeopleType,
    pairs: readonly { callId: string; toId: string }[],
    signal: AbortSignal,
  ): Promise<AssociationAnswer>;
  readAssociations(
    to: PeopleType,
    callIds: readonly string[],
    signal: AbortSignal,
  ): Promise<AssociationAnswer>;
}

const phoneIndexes = ['hs_searchable_calculated_phone_number', 'hs_searchable_calculated_mobile_number'];
const contactProperties = [
  'phone',
  'mobilephone',
  'hs_calculated_phone_number',
  'hs_calculated_mobile_number',
  'associatedcompanyid',
  'hubspot_owner_id',
];

// So many people with a page of numbers are those of one of them: smaller searches find which.
const pagesMax = 2;

/** The index holds national numbers without the trunk prefix, or the digits as typed where no country was known. */
function searchBy(numbers: readonly NumberForms[]): SearchWords {
  const words = numbers.map(({ significant, full, local }) =>
    local === undefined ? [significant, full] : [significant, full, local],
  );
  return { words, fields: phoneIndexes, properties: contactProperties };
}

const contactsPart = () => import('@hubspot/api-client/lib/codegen/crm/contacts/index.js');
const associationsPart = () => import('@hubspot/api-client/lib/codegen/crm/associations/v4/index.js');

export function createPeopleApi(transport: Transport): PeopleApi {
  return {
    contactsPerSearch: (numbers) => wordsPerSearch(searchBy(numbers)),
    searchContacts(numbers, signal) {
      const send = (body: SearchBody): Promise<unknown> =>
        transport.ask(
          'search',
          contactsPart,
          ({ SearchApi }, configuration) => new SearchApi(configuration).doSearch(body),
          signal,
        );
      return searchAll({ ...searchBy(numbers), pagesMax, send });
    },
    readContactsByKey: (numbers, signal) =>
      readRecords(numbers, (some) => {
        const body = {
          inputs: some.map((id) => ({ id })),
          idProperty: contactKey,
          properties: [contactKey, 'associatedcompanyid', 'hubspot_owner_id'],
          propertiesWithHistory: [],
        };
        return transport.ask(
          'other',
          contactsPart,
          ({ BatchApi }, configuration) => new BatchApi(configuration).read(body, false),
          signal,
        );
      }),
    async upsertContacts(contacts, signal) {
      const inputs = contacts.map(({ key, properties }) => ({
        id: key,
        idProperty: contactKey,
        objectWriteTraceId: key,
        properties: { ...properties },
      }));
      const answer = await transport.ask(
        'other',
        contactsPart,
        ({ BatchApi }, configuration) => new BatchApi(configuration).upsert({ inputs }),
        signal,
      );
      return readBatch(answer);
    },
    async associate(to, pairs, signal) {
      // The library writes `_from` as `from`.
      const inputs = pairs.map(({ callId, toId }) => ({ _from: { id: callId }, to: { id: toId } }));
      const answer = await transport.ask(
        'other',
        associationsPart,
        ({ BatchApi }, configuration) => new BatchApi(configuration).createDefault('calls', to, { inputs }),
        signal,
      );
      return readAssociations(answer);
    },
    async readAssociations(to, callIds, signal) {
      const inputs = callIds.map((id) => ({ id }));
      const answer = await transport.ask(
        'other',
        associationsPart,
        ({ BatchApi }, configuration) => new BatchApi(configuration).getPage('calls', to, { inputs }),
        signal,
      );
      return readAssociations(answer);
    },
  };
}
