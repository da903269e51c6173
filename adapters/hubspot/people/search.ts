import type { PublicObjectSearchRequest } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import { readPage, type HubspotRecord } from '../api/answers.ts';

// "Under 3,000 characters", the whole body.
const bodyLengthMax = 2_999;
// Two forms of fifty numbers: a hundred values in a filter, of which HubSpot documents no maximum.
const wordsMax = 50;
const pageSize = 200;
const firstAfter = '0';
const lastAfter = '10000';

export interface Search {
  /** What is looked for, each in all its forms. */
  readonly words: readonly (readonly string[])[];
  /** A record is found when one of these holds one of the words. */
  readonly fields: readonly string[];
  /** What is told of a record. */
  readonly properties: readonly string[];
  /** How many pages of each search are read. HubSpot tells 50 at most. */
  readonly pagesMax: number;
  readonly send: (body: SearchBody) => Promise<unknown>;
}

export interface SearchResult {
  readonly records: readonly HubspotRecord[];
  /** True when there are more pages than were read. */
  readonly isCut: boolean;
}

/** What decides how long a search is. */
export type SearchWords = Omit<Search, 'send' | 'pagesMax'>;

export type SearchBody = Required<Omit<PublicObjectSearchRequest, 'query'>>;

/** What searches find, in as few as their length lets. */
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

/** How many of the words, from the first on, go into one search. At least 1. */
export function wordsPerSearch(search: SearchWords): number {
  const { words } = search;
  let count = Math.min(words.length, wordsMax);
  // A later page says where it begins.
  const isTooLong = (): boolean =>
    JSON.stringify(bodyOf({ ...search, words: words.slice(0, count) }, lastAfter)).length > bodyLengthMax;
  while (count > 1 && isTooLong()) count -= 1;
  return count;
}

/** HubSpot's description asks for all five members. */
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

// The library's enum stands in a file of its own that would have to be loaded for one word.
type Operator = PublicObjectSearchRequest extends { filterGroups?: { filters: { operator: infer Name }[] }[] }
  ? Name
  : never;
