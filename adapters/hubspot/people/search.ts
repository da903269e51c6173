import type { PublicObjectSearchRequest } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import { readPage, type HubspotRecord } from '../api/answers.ts';

// HubSpot documents "under 3,000 characters" for the whole body.
const bodyLengthMax = 2_999;
// Fifty numbers in two forms each make a hundred values in a filter. HubSpot documents no maximum.
const wordsMax = 50;
const pageSize = 200;
const firstAfter = '0';
const lastAfter = '10000';

export interface Search {
  /** The searched words, each in all its forms. */
  readonly words: readonly (readonly string[])[];
  /** A record matches when one of these fields holds one of the words. */
  readonly fields: readonly string[];
  /** The properties that the search returns. */
  readonly properties: readonly string[];
  /** How many pages of each search are read. HubSpot returns at most 50. */
  readonly pagesMax: number;
  readonly send: (body: SearchBody) => Promise<unknown>;
}

export interface SearchResult {
  readonly records: readonly HubspotRecord[];
  /** True when there are more pages than were read. */
  readonly isCut: boolean;
}

/** The parts that decide how long a search is. */
export type SearchWords = Omit<Search, 'send' | 'pagesMax'>;

export type SearchBody = Required<Omit<PublicObjectSearchRequest, 'query'>>;

/** Searches for all words with as few requests as their length allows. */
export async function searchAll(search: Search): Promise<SearchResult> {
  const records: HubspotRecord[] = [];
  let isCut = false;
  const words = [...search.words];
  while (words.length > 0) {
    const one = { ...search, words: words.splice(0, wordsPerSearch({ ...search, words })) };
    let after: string | undefined = firstAfter;
    for (let pages = 0; after !== undefined && pages < search.pagesMax; pages += 1) {
      const page = readPage(await search.send(bodyOf(one, after)));
      records.push(...page.records);
      after = page.after;
    }
    isCut ||= after !== undefined;
  }
  return { records, isCut };
}

/** How many of the words fit into one search, counted from the first. At least 1. */
export function wordsPerSearch(search: SearchWords): number {
  const { words } = search;
  let count = Math.min(words.length, wordsMax);
  // The request for a later page is longer: it also says where the page begins.
  const isTooLong = (): boolean =>
    JSON.stringify(bodyOf({ ...search, words: words.slice(0, count) }, lastAfter)).length > bodyLengthMax;
  while (count > 1 && isTooLong()) count -= 1;
  return count;
}

/** HubSpot's specification requires all five members. */
function bodyOf({ words, fields, properties }: SearchWords, after: string): SearchBody {
  const values = [...new Set(words.flat())];
  return {
    after,
    filterGroups: fields.map((propertyName) => ({
      filters: [{ propertyName, operator: 'IN' as Operator, values }],
    })),
    limit: pageSize,
    properties: [...properties],
    sorts: [],
  };
}

// The library's enum is in a separate file, which would be loaded for one word.
type Operator = PublicObjectSearchRequest extends { filterGroups?: { filters: { operator: infer Name }[] }[] }
  ? Name
  : never;
