import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import { ApiRefusal } from '../api-answer.ts';
import { comparableInstant, fieldPath, type FieldPath } from './field-path.ts';
import type { Org } from '../org/org.ts';
import { asLongId, type ObjectName, type OrgRecord } from '../org/org-record.ts';
import type { StatementReader, Token } from './statement-reader.ts';

export type Condition = (record: OrgRecord) => boolean;

/** Reads the conditions after WHERE: comparisons with AND or OR, and brackets if both are used. */
export function readConditions(reader: StatementReader, org: Org, object: ObjectName): Condition {
  const first = readOne(reader, org, object);
  const parts = [first];
  for (const word of ['AND', 'OR'] as const) {
    while (reader.takeIf(word)) parts.push(readOne(reader, org, object));
    if (parts.length === 1) continue;
    return word === 'AND'
      ? (record) => parts.every((part) => part(record))
      : (record) => parts.some((part) => part(record));
  }
  return first;
}

function readOne(reader: StatementReader, org: Org, object: ObjectName): Condition {
  if (reader.takeIf('NOT')) {
    const inner = readOne(reader, org, object);
    return (record) => !inner(record);
  }
  if (reader.takeIf('(')) {
    const inner = readConditions(reader, org, object);
    reader.expect(')');
    return inner;
  }
  const path = fieldPath(org, object, reader.take('word').text);
  if (!path.field.filterable) {
    throw new ApiRefusal(400, 'INVALID_FIELD', `field '${path.name}' can not be filtered in a query call`);
  }
  return readComparison(reader, path);
}

function readComparison(reader: StatementReader, path: FieldPath): Condition {
  const negated = reader.takeIf('NOT', 'IN');
  if (negated || reader.takeIf('IN')) {
    reader.expect('(');
    const wanted = reader.list(() => readLiteral(reader, path));
    reader.expect(')');
    return (record) => {
      const value = comparable(path, path.read(record));
      return wanted.some((one) => one === value) !== negated;
    };
  }
  const sign = reader.take('sign');
  const wanted = readLiteral(reader, path);
  const compare = comparisons[sign.text] ?? reader.refuse(sign);
  return (record) => compare(comparable(path, path.read(record)), wanted);
}

type Comparable = string | number | boolean | null;

const ordered =
  (holds: (a: string | number, b: string | number) => boolean) =>
  (a: Comparable, b: Comparable): boolean =>
    (typeof a === 'string' || typeof a === 'number') &&
    typeof a === typeof b &&
    holds(a, b as string | number);

const comparisons: Readonly<Record<string, (a: Comparable, b: Comparable) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': ordered((a, b) => a < b),
  '<=': ordered((a, b) => a <= b),
  '>': ordered((a, b) => a > b),
  '>=': ordered((a, b) => a >= b),
};

/** The form of a value for comparison. Text ignores case unless the field is case-sensitive. Ids have 18 characters. */
function comparable({ field }: FieldPath, value: JsonValue): Comparable {
  if (typeof value !== 'string') return typeof value === 'object' ? null : value;
  if (field.type === 'id' || field.type === 'reference') return asLongId(value);
  if (field.type === 'date' || field.type === 'datetime') return value;
  return field.caseSensitive ? value : value.toLowerCase();
}

function readLiteral(reader: StatementReader, path: FieldPath): Comparable {
  const token = reader.take();
  if (token.kind === 'word' && /^null$/i.test(token.text)) return null;
  const { type } = path.field;
  const wrongType = (): never => {
    throw new ApiRefusal(
      400,
      'INVALID_FIELD',
      `value of filter criterion for field '${path.name}' must be of type ${type}`,
    );
  };
  switch (type) {
    case 'boolean':
      return /^(?:true|false)$/i.test(token.text) && token.kind === 'word'
        ? /^true$/i.test(token.text)
        : wrongType();
    case 'int':
    case 'double':
      return token.kind === 'number' ? Number(token.text) : wrongType();
    case 'date':
    case 'datetime':
      return token.kind === 'instant' && token.text.includes('T') === (type === 'datetime')
        ? comparableInstant(token.text)
        : wrongType();
    default:
      return textLiteral(reader, path, token, wrongType);
  }
}

function textLiteral(
  reader: StatementReader,
  path: FieldPath,
  token: Token,
  wrongType: () => never,
): Comparable {
  if (token.kind === 'sign' || token.kind === 'end') reader.refuse(token);
  if (token.kind !== 'string') return wrongType();
  const isId = path.field.type === 'id' || path.field.type === 'reference';
  if (isId && !/^(?:\w{15}|\w{18})$/.test(token.text)) {
    throw new ApiRefusal(400, 'INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${token.text}`);
  }
  return comparable(path, token.text);
}
