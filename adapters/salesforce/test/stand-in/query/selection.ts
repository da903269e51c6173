import { readConditions, type Condition } from './conditions.ts';
import { fieldPath, type FieldPath } from './field-path.ts';
import type { Org } from '../org/org.ts';
import { objectNames, type ObjectName, type OrgRecord } from '../org/org-record.ts';
import type { StatementReader } from './statement-reader.ts';
import { ApiRefusal } from '../api-answer.ts';

/** The conditions, order and limit of a query. */
export type Selection = (records: readonly OrgRecord[]) => readonly OrgRecord[];

/** Reads WHERE, ORDER BY, LIMIT and OFFSET, each only if it is present. */
export function readSelection(reader: StatementReader, org: Org, object: ObjectName): Selection {
  const condition: Condition = reader.takeIf('WHERE') ? readConditions(reader, org, object) : () => true;
  const orders = reader.takeIf('ORDER', 'BY') ? reader.list(() => readOrder(reader, org, object)) : [];
  const limit = reader.takeIf('LIMIT') ? Number(reader.take('number').text) : Infinity;
  const offset = reader.takeIf('OFFSET') ? Number(reader.take('number').text) : 0;
  return (records) => {
    const rows = records.filter(condition);
    if (orders.length > 0)
      rows.sort((a, b) => orders.map((order) => order(a, b)).find((one) => one !== 0) ?? 0);
    return rows.slice(offset, offset + limit);
  };
}

type Order = (a: OrgRecord, b: OrgRecord) => number;

function readOrder(reader: StatementReader, org: Org, object: ObjectName): Order {
  const path: FieldPath = fieldPath(org, object, reader.take('word').text);
  const direction = reader.takeIf('DESC') ? -1 : (reader.takeIf('ASC'), 1);
  const nullsLast = reader.takeIf('NULLS', 'LAST') || (reader.takeIf('NULLS', 'FIRST'), false);
  return (a, b) => {
    const [one, other] = [path.read(a), path.read(b)];
    if (one === other) return 0;
    if (one === null || other === null) return (one === null) === nullsLast ? 1 : -1;
    return (one < other ? -1 : 1) * direction;
  };
}

export function knownObject(name: string): ObjectName {
  const known = objectNames.find((object) => object === name);
  if (known === undefined) {
    throw new ApiRefusal(400, 'INVALID_TYPE', `sObject type '${name}' is not supported.`);
  }
  return known;
}
