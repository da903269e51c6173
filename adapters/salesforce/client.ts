import { DestinationUnavailable, type Clock } from '#contract';
import type { SalesforceConfig } from './config.ts';
import { apiVersion, createConnection, type ApiRequest } from './api/connection.ts';
import type { ApiError } from './api/failure.ts';
import type { Fields } from '#crm';

/** A row of a search or a query: fields by name, and `attributes` with the name of its object. */
export type Row = Readonly<Record<string, unknown>>;

/** The result of writing one record. */
export type SaveResult =
  | { readonly success: true; readonly id: string }
  | { readonly success: false; readonly errors: readonly ApiError[] };

export interface ObjectDescription {
  readonly createable: boolean;
  readonly fields: ReadonlyMap<string, FieldDescription>;
}

export interface FieldDescription {
  readonly name: string;
  readonly type: string;
  readonly length: number;
  readonly unique: boolean;
  readonly externalId: boolean;
  readonly caseSensitive: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly picklistValues: readonly { readonly value: string; readonly active: boolean }[];
}

/** The requests to the org that this adapter needs. Each counts once against the daily limit. */
export interface SalesforceClient {
  authorize(signal: AbortSignal): Promise<void>;
  /** The id of the user that the token belongs to. */
  userId(): string | undefined;
  /** The address of the org; undefined before the first token. */
  instanceUrl(): string | undefined;
  search(sosl: string, signal: AbortSignal): Promise<readonly Row[]>;
  query(soql: string, signal: AbortSignal): Promise<readonly Row[]>;
  /** Creates at most 200 records. Returns one result for each, in the same order. */
  create(
    object: 'Lead' | 'Task',
    records: readonly Fields[],
    signal: AbortSignal,
  ): Promise<readonly SaveResult[]>;
  /**
   * Creates at most 25 records as separate steps of one request. Only such a step's answer names the duplicates of a
   * record. Returns one result for each, in the same order.
   */
  createEach(object: 'Lead', records: readonly Fields[], signal: AbortSignal): Promise<readonly SaveResult[]>;
  /** Updates at most 200 records, each with its `id`. Returns one result for each, in the same order. */
  update(object: 'Task', records: readonly Fields[], signal: AbortSignal): Promise<readonly SaveResult[]>;
  describe(object: string, signal: AbortSignal): Promise<ObjectDescription>;
}

/** @throws what {@link SalesforceConnection.send} throws. An answer in an unexpected form means an unknown outcome. */
export function createClient(
  config: SalesforceConfig,
  clock: Clock,
  onUsage: (usage: { used: number; limit: number }) => void,
): SalesforceClient {
  const connection = createConnection(config, clock, onUsage);
  const write = async (
    method: ApiRequest['method'],
    type: 'Lead' | 'Task',
    given: readonly Fields[],
    signal: AbortSignal,
  ): Promise<SaveResult[]> => {
    const records = given.map((fields) => ({ attributes: { type }, ...fields }));
    const body = { allOrNone: false, records };
    const answer = await connection.send({ method, url: '/composite/sobjects', body }, signal);
    const results = Array.isArray(answer) ? answer.map(readSaveResult) : [];
    if (results.length !== given.length) throw unreadable();
    return results;
  };
  const rows = async (
    url: string,
    name: 'searchRecords' | 'records',
    signal: AbortSignal,
  ): Promise<Row[]> => {
    const answer = await connection.send({ method: 'GET', url }, signal);
    const found = isObject(answer) ? answer[name] : undefined;
    if (!Array.isArray(found) || !found.every(isObject)) throw unreadable();
    return found;
  };
  return {
    authorize: (signal) => connection.authorize(signal),
    userId: () => connection.userId(),
    instanceUrl: () => connection.instanceUrl(),
    search: (sosl, signal) => rows(`/search?q=${encodeURIComponent(sosl)}`, 'searchRecords', signal),
    query: (soql, signal) => rows(`/query?q=${encodeURIComponent(soql)}`, 'records', signal),
    create: (object, records, signal) => write('POST', object, records, signal),
    update: (object, records, signal) => write('PATCH', object, records, signal),
    async createEach(object, records, signal) {
      const compositeRequest = records.map((body, index) => ({
        method: 'POST',
        url: `/services/data/v${apiVersion}/sobjects/${object}`,
        referenceId: `step${index}`,
        body,
      }));
      const body = { allOrNone: false, compositeRequest };
      const answer = await connection.send({ method: 'POST', url: '/composite', body }, signal);
      const given = isObject(answer) ? answer['compositeResponse'] : undefined;
      if (!Array.isArray(given)) throw unreadable();
      const results = new Map(given.map(readStep));
      return compositeRequest.map(({ referenceId }) => results.get(referenceId) ?? fail());
    },
    async describe(object, signal) {
      const answer = await connection.send({ method: 'GET', url: `/sobjects/${object}/describe` }, signal);
      if (!isObject(answer)) throw unreadable();
      const { createable, fields } = answer;
      if (!Array.isArray(fields) || !fields.every(isObject)) throw unreadable();
      const described = fields.map(readField);
      return {
        createable: createable === true,
        fields: new Map(described.map((field) => [field.name, field])),
      };
    },
  };
}

/** The records may have been written anyway. The batch is sent again, and the keys show what was written. */
function unreadable(): DestinationUnavailable {
  return new DestinationUnavailable("Salesforce's answer cannot be read.");
}

function readSaveResult(given: unknown): SaveResult {
  if (!isObject(given)) throw unreadable();
  if (given['success'] === true && typeof given['id'] === 'string') return { success: true, id: given['id'] };
  if (given['success'] !== false) throw unreadable();
  return { success: false, errors: readErrors(given['errors']) };
}

/** The answer of a step has the form of a single request's answer. */
function readStep(given: unknown): [name: string, SaveResult] {
  if (!isObject(given)) throw unreadable();
  const { body, httpStatusCode: status, referenceId: name } = given;
  if (typeof name !== 'string' || typeof status !== 'number') throw unreadable();
  return [name, status < 300 ? readSaveResult(body) : { success: false, errors: readErrors(body) }];
}

function fail(): never {
  throw unreadable();
}

function readErrors(given: unknown): ApiError[] {
  if (!Array.isArray(given)) return [];
  return given.filter(isObject).map((error) => ({
    code: textOf(error['statusCode']) ?? textOf(error['errorCode']) ?? 'no code',
    message: textOf(error['message']) ?? '',
    fields: Array.isArray(error['fields']) ? error['fields'].map(String) : [],
    data: error,
  }));
}

function readField(given: Row): FieldDescription {
  const values = Array.isArray(given['picklistValues']) ? given['picklistValues'].filter(isObject) : [];
  return {
    name: String(given['name']),
    type: String(given['type']),
    length: Number(given['length'] ?? 0),
    unique: given['unique'] === true,
    externalId: given['externalId'] === true,
    caseSensitive: given['caseSensitive'] === true,
    createable: given['createable'] === true,
    updateable: given['updateable'] === true,
    picklistValues: values.map(({ value, active }) => ({ value: String(value), active: active !== false })),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
