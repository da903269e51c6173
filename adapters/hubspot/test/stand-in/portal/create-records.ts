import type { z } from 'zod';
import { batchAnswer, recordBody, type Answer, type Asked } from '../answer.ts';
import { ApiError, invalid, notFound } from '../api-error.ts';
import { checkProperties, checkUnique, conflict } from './check-properties.ts';
import { associationTypes, type Portal } from './portal.ts';
import type { ObjectType } from '../request-kind.ts';
import { bodies, readBody } from '../request-body.ts';
import { rowsOneByOne, writeRows } from './write-rows.ts';
import type { StoredRecord } from './stored-record.ts';

type CreateInput = z.output<typeof bodies.createOne>;

/** A valid new record. */
interface Checked {
  readonly values: Readonly<Record<string, string>>;
  readonly links: readonly { readonly to: StoredRecord; readonly associationTypeId: number }[];
}

/** `POST …/batch/create` */
export function createBatch(portal: Portal, { route, body }: Asked, type: ObjectType): Answer {
  const { inputs } = readBody(bodies.create, body);
  const taken = new Map<string, string>();
  const rows = writeRows({
    inputs,
    oneByOne: rowsOneByOne(portal, 'create', inputs),
    check: (input) => checkNew(portal, type, input, taken),
    write: (checked) => recordBody(make(portal, type, checked)),
  });
  return batchAnswer(portal, route, 201, rows.results, rows.errors);
}

/** `POST …` for one record */
export function createOne(portal: Portal, { body }: Asked, type: ObjectType): Answer {
  const input = readBody(bodies.createOne, body);
  return { status: 201, body: recordBody(make(portal, type, checkNew(portal, type, input, new Map()))) };
}

/** @param taken the unique values of earlier rows. This row must not repeat them, and adds its own values */
function checkNew(
  portal: Portal,
  type: ObjectType,
  { properties, associations }: CreateInput,
  taken: Map<string, string>,
): Checked {
  const values = checkProperties(portal, {
    type,
    given: properties,
    record: undefined,
    ignoresUnknown: false,
  });
  checkUnique(portal, type, values);
  const links = associations.flatMap(({ to, types }) =>
    types.map(({ associationCategory, associationTypeId }) => {
      if (associationCategory !== 'HUBSPOT_DEFINED')
        throw invalid(`No association type ${associationTypeId} is ${associationCategory}`);
      return { to: otherEnd(portal, type, associationTypeId, to.id), associationTypeId };
    }),
  );
  const unique = Object.entries(values).filter(
    ([name, value]) => value !== '' && portal.properties[type].get(name)?.hasUniqueValue === true,
  );
  for (const entry of unique) {
    if (taken.has(entry.join(' '))) throw conflict(portal, entry[0], 'A record of this batch');
  }
  for (const entry of unique) taken.set(entry.join(' '), entry[0]);
  return { values, links };
}

/** The type of association alone determines the other end. */
function otherEnd(portal: Portal, from: ObjectType, associationTypeId: number, id: string): StoredRecord {
  // A contact's primary company has its own type.
  const known =
    from === 'contacts' && associationTypeId === 1
      ? { to: 'companies' as const }
      : associationTypes.find((type) => type.from === from && type.id === associationTypeId);
  if (known === undefined) throw invalid(`Invalid association type ${associationTypeId} from ${from}`);
  const record = portal.find(known.to, id);
  if (record !== undefined) return record;
  throw unknownEnd(portal, known.to, id);
}

/** An association with a record that does not exist. */
export function unknownEnd(portal: Portal, type: ObjectType, id: string): ApiError {
  const name = { calls: 'CALL', contacts: 'CONTACT', companies: 'COMPANY' }[type];
  return portal.options.unknownAssociation === 400
    ? new ApiError(
        400,
        'VALIDATION_ERROR',
        `One or more associations are not valid: ${name}=${id} is not valid`,
        {
          subCategory: 'crm.associations.INVALID_OBJECT_IDS',
          context: { [name]: [id] },
        },
      )
    : notFound(`No ${name.toLowerCase()} with ID ${id} exists`, { context: { id: [id] } });
}

function make(portal: Portal, type: ObjectType, { values, links }: Checked): StoredRecord {
  const record = portal.insert(type, values);
  for (const { to, associationTypeId } of links) portal.link(record, to, associationTypeId);
  return record;
}
