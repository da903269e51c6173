import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import { ApiRefusal, type ApiAnswer, type ApiRequest } from '../api-answer.ts';
import { asRow, fieldPath } from './field-path.ts';
import type { Org } from '../org/org.ts';
import { maySee, selectAccess } from '../org/record-access.ts';
import { knownObject, readSelection } from './selection.ts';
import { StatementReader } from './statement-reader.ts';

const rowsInOneAnswer = 2_000;
const statementLengthMax = 100_000;

/** Answers GET /query?q=SELECT ..., and later pages of a query. */
export function answerQuery(org: Org, { query, segments, root }: ApiRequest): ApiAnswer {
  const [, locator] = segments;
  const from = Number(/-(\d+)$/.exec(locator ?? '-0')?.[1] ?? NaN);
  const statement = locator === undefined ? query.get('q') : statementOf(locator);
  if (statement === null || Number.isNaN(from)) {
    throw new ApiRefusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  }
  const rows = select(org, statement, root);
  const next = from + rowsInOneAnswer;
  const more: Record<string, JsonValue> =
    next < rows.length
      ? {
          done: false,
          nextRecordsUrl: `${root}/query/${Buffer.from(statement).toString('base64url')}-${next}`,
        }
      : { done: true };
  return { status: 200, body: { totalSize: rows.length, ...more, records: rows.slice(from, next) } };
}

/** A locator contains its statement, so the stand-in stores nothing for it. */
function statementOf(locator: string): string {
  return Buffer.from(locator.replace(/-\d+$/, ''), 'base64url').toString('utf8');
}

function select(org: Org, statement: string, root: string): JsonValue[] {
  if (statement.length > statementLengthMax) {
    throw new ApiRefusal(
      400,
      'QUERY_TOO_COMPLICATED',
      'SOQL statements cannot be longer than 100000 characters.',
    );
  }
  const reader = new StatementReader(statement, 'MALFORMED_QUERY');
  reader.expect('SELECT');
  const names = reader.list(() => reader.take('word').text);
  reader.expect('FROM');
  const entity = reader.take('word').text;
  if (entity === 'UserRecordAccess') return selectAccess(reader, org, names);
  const object = knownObject(entity);
  const paths = names.map((name) => fieldPath(org, object, name));
  const selection = readSelection(reader, org, object);
  const rest = reader.take();
  if (rest.kind !== 'end') reader.refuse(rest);
  const seen = org.all(object).filter((record) => maySee(org, record));
  return selection(seen).map((record) => asRow(record, paths, root));
}
