import { groupedNational, searchedForms, type MatchCandidate, type NumberForms } from '#crm';
import type { Row } from '../client.ts';
import type { PersonObject, SalesforceConfig } from '../config.ts';

/** The most numbers in one search. */
const numbersMax = 50;
/** Salesforce understands no OR in a search that is longer. */
const termsLengthMax = 3_990;

/** The most rows that one search answers: with so many, others may have been left out. */
export const rowsMax = 2_000;

/** Phone fields that every org has. Fax is one for Salesforce too: a hit by it alone is not read, and so not taken. */
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

/** How many of these numbers, from the first on, go into one search. At least 1. */
export function searchSize(numbers: readonly NumberForms[]): number {
  let length = 0;
  const fitting = numbers.slice(0, numbersMax).findIndex((forms) => {
    length += termsOf(forms).join(between).length + between.length;
    return length > termsLengthMax;
  });
  return fitting === -1 ? Math.min(numbers.length, numbersMax) : Math.max(fitting, 1);
}

/** A search for everybody who may have one of these numbers. Its terms are digits that we made, and nothing else. */
export function phoneSearch(numbers: readonly NumberForms[], config: SalesforceConfig): string {
  const terms = [...new Set(numbers.flatMap(termsOf))].join(between);
  const returning = config.SALESFORCE_OBJECTS.map((object) => returned(object, config)).join(', ');
  return `FIND {${terms}} IN PHONE FIELDS RETURNING ${returning}`;
}

const between = ' OR ';

/**
 * A number as one word, and in the groups in which people write it as a phrase. Salesforce parts a field into words at
 * blanks and punctuation: in a field with two numbers only the phrase finds one of them.
 */
function termsOf(forms: NumberForms): string[] {
  const grouped = groupedNational(forms);
  const phrases = [grouped, ...(forms.local === undefined ? [] : [lastGroups(grouped, forms.local)])];
  const terms = new Set([...searchedForms(forms), ...phrases]);
  for (const term of terms)
    if (!/^\d[\d ]{2,22}\d$/.test(term)) throw new Error('A form of a number is not digits only');
  return [...terms].map((term) => `"${term}"`);
}

/** `9374 4000` of `02 9374 4000`. */
function lastGroups(grouped: string, digits: string): string {
  const groups = grouped.split(' ');
  const first = groups.findIndex((_, index) => groups.slice(index).join('') === digits);
  return first === -1 ? digits : groups.slice(first).join(' ');
}

function returned(object: PersonObject, config: SalesforceConfig): string {
  const ofItsKind: Readonly<Record<PersonObject, readonly string[]>> = {
    Contact: ['AccountId'],
    Lead: [],
    Account: config.SALESFORCE_PERSON_ACCOUNTS ? ['IsPersonAccount', 'PersonContactId'] : [],
  };
  const fields = [
    'Id',
    'Name',
    'OwnerId',
    'LastModifiedDate',
    ...ofItsKind[object],
    ...phoneFieldsOf(object, config),
  ];
  const where = object === 'Lead' ? ' WHERE IsConverted = false' : '';
  return `${object}(${fields.join(', ')}${where})`;
}

/** The fields in which a kind of record holds numbers. */
function phoneFieldsOf(object: PersonObject, config: SalesforceConfig): string[] {
  const ofPersons = object === 'Account' && config.SALESFORCE_PERSON_ACCOUNTS ? personAccountPhones : [];
  const added = config.SALESFORCE_PHONE_FIELDS.get(object) ?? [];
  return [...new Set([...standardPhones[object], ...ofPersons, ...added])];
}

/** The settings that change who is found, beside the kinds of record. */
export function searchedIn(config: SalesforceConfig): string {
  const added = [...config.SALESFORCE_PHONE_FIELDS].flatMap(([object, fields]) =>
    fields.map((field) => `${object}.${field}`),
  );
  return [...(config.SALESFORCE_PERSON_ACCOUNTS ? ['person accounts'] : []), ...added.sort()].join(',');
}

/** A row of the search as a candidate. An account that is a person is linked by the contact that it is. */
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
    // Where contacts are not searched, it stays among accounts.
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
