import { saveError, type SaveError } from '../api-answer.ts';
import { forbidden, type IncomingRecord } from './incoming-record.ts';
import type { Author, Org } from './org.ts';
import { mayCreate, mayEdit, maySee } from './record-access.ts';
import { refusalOf, holdersOf, merged, type Save } from './save-rules.ts';
import type { Fields, ObjectName } from './org-record.ts';

/** The result of writing one record. */
export type SaveResult =
  | { readonly id: string; readonly created: boolean }
  | { readonly id?: string; readonly errors: readonly SaveError[] };

/** Refuses records for a staged fault, independent of the rules. */
export type StagedRefusal = (record: Fields, object: ObjectName) => SaveError | undefined;

export interface SaveContext {
  readonly org: Org;
  readonly root: string;
  readonly refuses: StagedRefusal;
}

export function create(context: SaveContext, incoming: IncomingRecord): SaveResult {
  const { org } = context;
  if (!mayCreate(org, incoming.object)) {
    const message = `entity type cannot be inserted: ${incoming.object}`;
    return failed(saveError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message));
  }
  const errors = refused(context, incoming, undefined);
  if (errors.length > 0) return { errors };
  const { id } = org.insert(incoming.object, incoming.values, author(org));
  return { id, created: true };
}

export function update(context: SaveContext, incoming: IncomingRecord): SaveResult {
  const { org } = context;
  const { id, object } = incoming;
  if (id === undefined) return failed(saveError('MISSING_ARGUMENT', 'Id not specified in an update call'));
  if (!/^(?:\w{15}|\w{18})$/.test(id)) return failed(saveError('MALFORMED_ID', `bad id ${id}`, 'Id'));
  const record = org.find(id);
  if (record?.object !== object || !maySee(org, record))
    return failed(saveError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'));
  if (record.state === 'deleted') return failed(saveError('ENTITY_IS_DELETED', 'entity is deleted'));
  if (!mayEdit(org, record))
    return failed(saveError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id'));
  if (record.values.IsConverted === true)
    return failed(saveError('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead'));
  const errors = refused(context, incoming, record);
  if (errors.length > 0) return { id: record.id, errors };
  org.change(record, incoming.values, author(org));
  return { id: record.id, created: false };
}

/** Updates the record with the same value in `keyField`, or creates one. */
export function upsert(context: SaveContext, incoming: IncomingRecord, keyField: string): SaveResult {
  const { org } = context;
  const { object, values } = incoming;
  const key = values[keyField];
  if (typeof key !== 'string') return failed(saveError('MISSING_ARGUMENT', `${keyField} not specified`));
  const [holder, ...more] = holdersOf(org, object, keyField, key);
  if (more.length > 0) {
    const ids = [holder, ...more].map((one) => one?.id ?? '').join(', ');
    const message = `More than one record found for external id field: [${ids}]`;
    return failed(saveError('DUPLICATE_EXTERNAL_ID', message, keyField));
  }
  const effect = holder === undefined ? 'create' : 'update';
  const errors = [...incoming.errors, ...forbidden(org, object, Object.keys(values), effect)];
  if (holder === undefined) return create(context, { ...incoming, errors });
  return update(context, { ...incoming, errors, id: holder.id });
}

function refused(
  context: SaveContext,
  incoming: IncomingRecord,
  before: Save['before'],
): readonly SaveError[] {
  const { org, root, refuses } = context;
  const save: Save = { object: incoming.object, values: incoming.values, before };
  const staged = refuses(merged(save), incoming.object);
  if (staged !== undefined) return [staged];
  return incoming.errors.length > 0 ? incoming.errors : refusalOf(org, save, root);
}

function failed(...errors: SaveError[]): SaveResult {
  return { errors };
}

function author(org: Org): Author {
  return { userId: org.integrationUserId, indexedAfterMs: org.options.indexLagMs ?? 0 };
}
