import { z } from '#contract';
import { LostReply } from '#crm';
import { readErrorDetails, type ErrorDetails } from './refusal.ts';

const id = z.union([z.string(), z.number()]).transform(String);
// A property that somebody cleared is an empty text, and a property that was never filled is null. Both count as empty.
const values = z.record(
  z.string(),
  z
    .string()
    .nullable()
    .transform((value) => (value === '' ? null : value)),
);

const record = z.object({
  id,
  properties: values.default({}),
  objectWriteTraceId: z.string().nullish(),
  createdAt: z.string().nullish(),
  updatedAt: z.string().nullish(),
});

/** A record as HubSpot returns it, with the properties that were requested or written. */
export type HubspotRecord = z.output<typeof record>;

const errorRows = z
  .array(z.unknown())
  .nullish()
  .transform((rows) => rows ?? []);

const batch = z.object({ results: z.array(record), errors: errorRows });

/** The results of a batch's rows. The outcome of a row that is in neither list is unknown. */
export interface BatchAnswer {
  readonly records: readonly HubspotRecord[];
  readonly errors: readonly ErrorDetails[];
}

export function readBatch(body: unknown): BatchAnswer {
  const { results, errors } = inShape(batch, body);
  return { records: results, errors: errors.map(readErrorDetails) };
}

/** Records by the value of their key property. Where it is missing, the trace id of the row is used. */
export function recordsByKey(
  records: readonly HubspotRecord[],
  property: string,
): ReadonlyMap<string, HubspotRecord> {
  return new Map(
    records.flatMap((one) => {
      const key = one.properties[property] ?? one.objectWriteTraceId;
      return typeof key === 'string' ? [[key, one] as const] : [];
    }),
  );
}

const page = z.object({
  results: z.array(record),
  paging: z.object({ next: z.object({ after: z.string() }).optional() }).nullish(),
});

/** One page of a search, and the start of the next page. */
export function readPage(body: unknown): { records: readonly HubspotRecord[]; after: string | undefined } {
  const { results, paging } = inShape(page, body);
  return { records: results, after: paging?.next?.after };
}

const associated = z.object({
  results: z.array(z.object({ from: z.object({ id }), to: z.unknown() })),
  errors: errorRows,
});

const targets = z.union([
  // The answer of a read: everything that one record is associated with.
  z.array(z.object({ toObjectId: id })).transform((all) => all.map((one) => one.toObjectId)),
  // The answer of a write: one pair.
  z.object({ id }).transform((one) => [one.id]),
]);

export interface AssociationAnswer {
  /** The associated ids of each record, by its id. */
  readonly targets: ReadonlyMap<string, readonly string[]>;
  readonly errors: readonly ErrorDetails[];
}

export function readAssociations(body: unknown): AssociationAnswer {
  const { results, errors } = inShape(associated, body);
  const byId = new Map<string, string[]>();
  for (const { from, to } of results)
    byId.set(from.id, [...(byId.get(from.id) ?? []), ...inShape(targets, to)]);
  return { targets: byId, errors: errors.map(readErrorDetails) };
}

const property = z.object({
  name: z.string(),
  type: z.string().default(''),
  hasUniqueValue: z.boolean().default(false),
  options: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
  modificationMetadata: z.object({ readOnlyValue: z.boolean().default(false) }).optional(),
});

/** The definition of a property in a portal. */
export type PropertyDefinition = z.output<typeof property>;

export function readProperties(body: unknown): readonly PropertyDefinition[] {
  return inShape(z.object({ results: z.array(property) }), body).results;
}

export function readProperty(body: unknown): PropertyDefinition {
  return inShape(property, body);
}

const owners = z.object({
  results: z.array(z.object({ id, email: z.string().nullish(), archived: z.boolean().default(false) })),
  paging: z.object({ next: z.object({ after: z.string() }).optional() }).nullish(),
});

export type HubspotOwner = z.output<typeof owners>['results'][number];

export function readOwners(body: unknown): { owners: readonly HubspotOwner[]; after: string | undefined } {
  const { results, paging } = inShape(owners, body);
  return { owners: results, after: paging?.next?.after };
}

const token = z.object({ scopes: z.array(z.string()), hubId: id.optional() });

/** What HubSpot says about the token of a private app. */
export interface TokenInfo {
  readonly scopes: ReadonlySet<string>;
  /** The number of the portal, as the addresses of its pages have it. */
  readonly portalId: string | undefined;
}

export function readTokenInfo(body: unknown): TokenInfo {
  const { scopes, hubId } = inShape(token, body);
  return { scopes: new Set(scopes), portalId: hubId };
}

function inShape<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  // The message omits the values, since they can be phone numbers.
  const at = error.issues[0]?.path.join('.') ?? '';
  throw new LostReply(`it has another shape than HubSpot documents (at "${at}")`, { isSent: true });
}
