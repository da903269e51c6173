import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import { batchAnswer, hidesErrors, type Answer, type Asked } from '../answer.ts';
import { ApiError, invalid, notFound } from '../api-error.ts';
import { unknownEnd } from './create-records.ts';
import { associationTypes, defaultAssociation, type Portal } from './portal.ts';
import type { ObjectType } from '../request-kind.ts';
import { bodies, readBody } from '../request-body.ts';
import type { StoredRecord } from './stored-record.ts';

type Rows = Record<string, JsonValue>[];

/** The two types in a request for associations. */
interface Ends {
  readonly from: ObjectType;
  readonly to: ObjectType;
}

/** `POST …/batch/associate/default`: adds the plain association. In every version, errors are inside the 200. */
export function associateDefault(portal: Portal, { route, body }: Asked, ends: Ends): Answer {
  const { inputs } = readBody(bodies.associate, body);
  const typeId = defaultAssociation(ends.from, ends.to);
  if (typeId === undefined) throw invalid(`No default association from ${ends.from} to ${ends.to}`);
  const { results, errors } = eachPair(portal, ends, inputs, (from, to) => {
    portal.link(from, to, typeId);
    const associationSpec = { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId };
    return { from: { id: from.id }, to: { id: to.id }, associationSpec };
  });
  return { ...batchAnswer(portal, route, 200, results, errors), status: 200 };
}

/** `POST …/batch/create`: sets the types of a pair. Types that are not named are removed. */
export function associateWithTypes(portal: Portal, { route, body }: Asked, ends: Ends): Answer {
  const { inputs } = readBody(bodies.associateWithTypes, body);
  for (const { associationCategory, associationTypeId } of inputs.flatMap(({ types }) => types)) {
    const known = associationTypes.some(
      (type) => type.from === ends.from && type.to === ends.to && type.id === associationTypeId,
    );
    if (!known || associationCategory !== 'HUBSPOT_DEFINED')
      throw invalid(`Invalid association type ${associationTypeId} from ${ends.from} to ${ends.to}`);
  }
  const { results, errors } = eachPair(portal, ends, inputs, (from, to, { types }) => {
    portal.unlink(from, to);
    for (const { associationTypeId } of types) portal.link(from, to, associationTypeId);
    return { fromObjectId: from.id, toObjectId: to.id, labels: [] };
  });
  // Legacy and 2026-03 document 201, and 2026-09 documents 200.
  return batchAnswer(portal, route, hidesErrors(route) ? 200 : 201, results, errors);
}

/** `POST …/batch/read` */
export function readAssociations(portal: Portal, { route, body }: Asked, ends: Ends): Answer {
  const { inputs } = readBody(bodies.readAssociations, body);
  const results: Rows = [];
  const errors: Rows = [];
  for (const { id } of inputs) {
    const links = portal.find(ends.from, id)?.links[ends.to] ?? new Map<string, Set<number>>();
    if (links.size === 0) errors.push(noAssociations(ends, id));
    else
      results.push({
        from: { id },
        to: [...links].map(([toObjectId, types]) => ({
          toObjectId,
          associationTypes: [...types].map((typeId) => ({
            category: 'HUBSPOT_DEFINED',
            typeId,
            label: null,
          })),
        })),
      });
  }
  return batchAnswer(portal, route, 200, results, errors);
}

interface Pair {
  readonly from: { readonly id: string };
  readonly to: { readonly id: string };
}

function eachPair<P extends Pair>(
  portal: Portal,
  ends: Ends,
  pairs: readonly P[],
  write: (from: StoredRecord, to: StoredRecord, pair: P) => Record<string, JsonValue>,
): { results: Rows; errors: Rows } {
  const results: Rows = [];
  const errors: Rows = [];
  for (const pair of pairs) {
    try {
      const from = end(portal, ends.from, pair.from.id);
      results.push(write(from, end(portal, ends.to, pair.to.id), pair));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      errors.push(error.row({ fromObjectId: [pair.from.id], toObjectId: [pair.to.id] }));
    }
  }
  return { results, errors };
}

function end(portal: Portal, type: ObjectType, id: string): StoredRecord {
  const record = portal.find(type, id);
  if (record === undefined) throw unknownEnd(portal, type, id);
  return record;
}

function noAssociations({ from, to }: Ends, id: string): Record<string, JsonValue> {
  const singular = { calls: 'call', contacts: 'contact', companies: 'company' };
  return notFound(`No ${singular[to]} is associated with ${singular[from]} ${id}.`, {
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
  }).row({ fromObjectId: [id], fromObjectType: [singular[from]], toObjectType: [singular[to]] });
}
