import type { PublicObjectSearchRequest } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import { readPage, type HubspotRecord } from './answers.ts';
import type { Send } from './exchange.ts';
import type { Transport } from './transport.ts';

// "Under 3,000 characters", the whole body.
const bodyLengthMax = 2_999;
const pageSize = 200;

export interface Search {
  /** What is looked for, each in all its forms. */
  readonly words: readonly (readonly string[])[];
  /** A record is found when one of these holds one of the words. */
  readonly fields: readonly string[];
  /** What is told of a record. */
  readonly properties: readonly string[];
  readonly send: (body: SearchBody) => Send;
}

export type SearchBody = Required<Omit<PublicObjectSearchRequest, 'query'>>;

/** Everything that a search finds, page after page. One whose body would be too long is made in two. */
export async function searchAll(
  transport: Transport,
  search: Search,
  signal: AbortSignal,
): Promise<readonly HubspotRecord[]> {
  const { words, send } = search;
  if (words.length === 0) return [];
  if (JSON.stringify(bodyOf(search, '0')).length > bodyLengthMax && words.length > 1) {
    const half = Math.ceil(words.length / 2);
    const first = await searchAll(transport, { ...search, words: words.slice(0, half) }, signal);
    return [...first, ...(await searchAll(transport, { ...search, words: words.slice(half) }, signal))];
  }
  const found: HubspotRecord[] = [];
  for (let after: string | undefined = '0'; after !== undefined;) {
    const page = readPage(await transport.ask('search', send(bodyOf(search, after)), signal));
    found.push(...page.records);
    after = page.after;
  }
  return found;
}

/** HubSpot's description asks for all five members. */
function bodyOf({ words, fields, properties }: Search, after: string): SearchBody {
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
