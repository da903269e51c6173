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

/** The kinds of record that a call can be about. */
export type PeopleType = 'contacts' | 'companies';

/**
 * The contacts of a portal and the associations of its calls. Every method throws what {@link Transport.ask} throws.
 */
export interface PeopleApi {
  /** How many of these numbers fit into one search, counted from the first. */
  contactsPerSearch(numbers: readonly NumberForms[]): number;
  /** Returns everybody who may have one of these numbers. The caller must compare the numbers. */
  searchContacts(numbers: readonly NumberForms[], signal: AbortSignal): Promise<SearchResult>;
  /** Reads the contacts that the kit made, by the number that they were made for. */
  readContactsByKey(numbers: readonly string[], signal: AbortSignal): Promise<BatchAnswer>;
  upsertContacts(
    contacts: readonly { key: string; properties: Properties }[],
    signal: AbortSignal,
  ): Promise<BatchAnswer>;
  /** Associates calls with the default type, which removes no labels. */
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

// More results than this usually belong to a single number, and smaller searches find which one.
const pagesMax = 2;

// Names for the operator. A request asks for them when it has room.
const nameProperties = ['firstname', 'lastname'];

/**
 * The index holds national numbers without the trunk prefix. Where the country was unknown, it holds the typed digits.
 */
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
      const search = searchBy(numbers);
      const named = { ...search, properties: [...search.properties, ...nameProperties] };
      const isRoomy = wordsPerSearch(named) === numbers.length;
      return searchAll({ ...(isRoomy ? named : search), pagesMax, send });
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
      // The library sends its `_from` as `from`.
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
