import { ApiRefusal, type ApiAnswer, type ApiRequest } from '../api-answer.ts';
import { asRow, fieldPath, type FieldPath } from './field-path.ts';
import type { Org } from '../org/org.ts';
import type { ObjectName, OrgRecord } from '../org/org-record.ts';
import { finds } from '../org/phone-index.ts';
import { knownObject, readSelection, type Selection } from './selection.ts';
import { StatementReader } from './statement-reader.ts';

const rowsMax = 2_000;
/** Above the first length the logical operators are dropped. Above the second, nothing is found. */
const lengthWithOperators = 4_000;
const lengthMax = 10_000;

interface Returning {
  readonly object: ObjectName;
  readonly paths: readonly FieldPath[];
  readonly selection: Selection;
}

/** Answers GET /search?q=FIND {...} IN PHONE FIELDS RETURNING ... */
export function answerSearch(org: Org, { query, root }: ApiRequest): ApiAnswer {
  const reader = new StatementReader(query.get('q') ?? '', 'MALFORMED_SEARCH');
  reader.expect('FIND');
  const wanted = readTerms(reader.take('search').text);
  reader.expect('IN', 'PHONE', 'FIELDS', 'RETURNING');
  const returning = reader.list(() => readReturning(reader, org));
  const limit = reader.takeIf('LIMIT') ? Number(reader.take('number').text) : rowsMax;
  const rest = reader.take();
  if (rest.kind !== 'end') reader.refuse(rest);
  const rows = returning.flatMap(({ object, paths, selection }) =>
    selection(found(org, object, wanted)).map((record) => asRow(record, paths, root)),
  );
  return { status: 200, body: { searchRecords: rows.slice(0, Math.min(limit, rowsMax)) } };
}

/** The condition on a record's terms. */
type Wanted = (has: (term: string) => boolean) => boolean;

function readTerms(text: string): Wanted {
  const terms = text.trim().split(/\s+OR\s+/);
  const odd = terms.find((term) => !/^(?:"\d+(?: \d+)*"|\d{2,})$/.test(term));
  if (odd !== undefined) {
    throw new ApiRefusal(
      400,
      'MALFORMED_SEARCH',
      `The stand-in takes words and phrases of digits with OR between them, not ${odd}`,
    );
  }
  const digits = terms.map((term) => term.replaceAll('"', ''));
  if (text.length > lengthMax) return () => false;
  // "The operators are dropped" can be read in two ways. This way finds less.
  if (text.length > lengthWithOperators) return (has) => digits.every(has);
  return (has) => digits.some(has);
}

function found(org: Org, object: ObjectName, wanted: Wanted): readonly OrgRecord[] {
  const { looseSearch = false, personContactsFound = false } = org.options;
  const nowMs = org.clock();
  return org.all(object).filter((record) => {
    if (record.object === 'Contact' && record.values.IsPersonAccount === true && !personContactsFound)
      return false;
    const phones = record.indexed.findLast(({ atMs }) => atMs <= nowMs)?.phones ?? [];
    return phones.length > 0 && wanted((term) => finds(term, phones, looseSearch));
  });
}

function readReturning(reader: StatementReader, org: Org): Returning {
  const object = knownObject(reader.take('word').text);
  if (!reader.takeIf('('))
    return { object, paths: [fieldPath(org, object, 'Id')], selection: (records) => records };
  const names = reader.list(() => reader.take('word').text);
  const selection = readSelection(reader, org, object);
  reader.expect(')');
  return { object, paths: names.map((name) => fieldPath(org, object, name)), selection };
}
