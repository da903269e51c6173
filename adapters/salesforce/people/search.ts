import { groupedNational, searchedForms, type MatchCandidate, type NumberForms } from '#crm';
import type { Row } from '../client.ts';
import type { PersonObject, SalesforceConfig } from '../config.ts';

/** The most numbers in one search. */
const numbersMax = 50;
/** Salesforce ignores OR in a longer search. */
const termsLengthMax = 3_990;

/** The most rows that one search returns. A search with this many may have omitted others. */
export const rowsMax = 2_000;

/**
 * Phone fields that every org has. Salesforce searches the fax too. It is not read, so a match on it does not count.
 */
export const standardPhones: Readonly<Record<PersonObject, readonly string[]>> = {
  Contact: ['Phone', 'MobilePhone', 'HomePhone', 'OtherPhone', 'AssistantPhone'],
  Lead: ['Phone', 'MobilePhone'],
  Account: ['Phone'],
};

const personAccountPhones = [
  'PersonMobilePhone',
  'PersonHomePhone',
  'PersonOtherPhone',
  'PersonAssistantPhone',
];

/** How many of these numbers fit into one search, counted from the first. At least 1. */
export function searchSize(numbers: readonly NumberForms[]): number {
  let length = 0;
  const fitting = numbers.slice(0, numbersMax).findIndex((forms) => {
    length += termsOf(forms).join(between).length + between.length;
    return length > termsLengthMax;
  });
  return fitting === -1 ? Math.min(numbers.length, numbersMax) : Math.max(fitting, 1);
}

/**
 * Writes a search for everybody who may have one of these numbers. Its terms hold only digits that the kit computed.
 */
export function phoneSearch(numbers: readonly NumberForms[], config: SalesforceConfig): string {
  const terms = [...new Set(numbers.flatMap(termsOf))].join(between);
  const returning = config.SALESFORCE_OBJECTS.map((object) => returned(object, config)).join(', ');
  return `FIND {${terms}} IN PHONE FIELDS RETURNING ${returning}`;
}

const between = ' OR ';

/**
 * The search terms of a number: its digits as one word, and the groups in which people write it as a phrase. Salesforce
 * splits a field into words at spaces and punctuation. In a field with two numbers, only the phrase finds one of them.
 */
function termsOf(forms: NumberForms): string[] {
  const grouped = groupedNational(forms);
  const phrases = [grouped, ...(forms.local === undefined ? [] : [lastGroups(grouped, forms.local)])];
  const terms = new Set([...searchedForms(forms), ...phrases]);
  for (const term of terms)
    if (!/^\d[\d ]{2,22}\d$/.test(term)) throw new Error('A form of a number is not digits only');
  return [...terms].map((term) => `"${term}"`);
}

/** The groups at the end of a number that together are `digits`: `9374 4000` for `02 9374 4000`. */
function lastGroups(grouped: string, digits: string): string {
  const groups = grouped.split(' ');
  const first = groups.findIndex((_, index) => groups.slice(index).join('') === digits);
  return first === -1 ? digits : groups.slice(first).join(' ');
}

function returned(object: PersonObject, config: SalesforceConfig): string {
  const objectFields: Readonly<Record<PersonObject, readonly string[]>> = {
    Contact: ['AccountId'],
    Lead: [],
    Account: config.SALESFORCE_PERSON_ACCOUNTS ? ['IsPersonAccount', 'PersonContactId'] : [],
  };
  const fields = [
    'Id',
    'Name',
    'OwnerId',
    'LastModifiedDate',
    ...objectFields[object],
    ...phoneFieldsOf(object, config),
  ];
  const where = object === 'Lead' ? ' WHERE IsConverted = false' : '';
  return `${object}(${fields.join(', ')}${where})`;
}

/** The phone fields of a kind of record. */
function phoneFieldsOf(object: PersonObject, config: SalesforceConfig): string[] {
  const personFields = object === 'Account' && config.SALESFORCE_PERSON_ACCOUNTS ? personAccountPhones : [];
  const added = config.SALESFORCE_PHONE_FIELDS.get(object) ?? [];
  return [...new Set([...standardPhones[object], ...personFields, ...added])];
}

/** The settings, besides the kinds of record, that change which people a search finds. */
export function searchedIn(config: SalesforceConfig): string {
  const added = [...config.SALESFORCE_PHONE_FIELDS].flatMap(([object, fields]) =>
    fields.map((field) => `${object}.${field}`),
  );
  return [...(config.SALESFORCE_PERSON_ACCOUNTS ? ['person accounts'] : []), ...added.sort()].join(',');
}

/** Reads a row of the search as a candidate. A person account is linked by the id of its contact. */
export function candidateOf(row: Row, config: SalesforceConfig): MatchCandidate | undefined {
  const object = config.SALESFORCE_OBJECTS.find(
    (name) => name === (row['attributes'] as { type?: unknown } | undefined)?.type,
  );
  const id = textOf(row['Id']);
  if (object === undefined || id === undefined) return undefined;
  const numbers = phoneFieldsOf(object, config).flatMap((field) => textOf(row[field]) ?? []);
  const ownerId = textOf(row['OwnerId']);
  const modifiedAtMs = Date.parse(textOf(row['LastModifiedDate']) ?? '');
  const personId = row['IsPersonAccount'] === true ? textOf(row['PersonContactId']) : undefined;
  return {
    // Where contacts are not searched, a person account counts as an account.
    object: personId !== undefined && config.SALESFORCE_OBJECTS.includes('Contact') ? 'Contact' : object,
    id: personId ?? id,
    name: textOf(row['Name']),
    numbers,
    modifiedAtMs: Number.isNaN(modifiedAtMs) ? undefined : modifiedAtMs,
    companyId: object === 'Account' ? id : textOf(row['AccountId']),
    ownerId,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
