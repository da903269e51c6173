import { z } from 'zod';
import { ApiError, invalid } from './api-error.ts';

const properties = z.record(z.string(), z.string());
const id = z.string().min(1);
const associations = z.array(
  z.strictObject({
    to: z.strictObject({ id }),
    types: z
      .array(z.strictObject({ associationCategory: z.string(), associationTypeId: z.number().int() }))
      .min(1),
  }),
);
const objectWriteTraceId = z.string().min(1).optional();
const inputs = <T extends z.ZodType>(input: T, most: number): z.ZodObject<{ inputs: z.ZodArray<T> }> =>
  z.strictObject({ inputs: z.array(input).min(1).max(most) });

/** The shapes of bodies in the API's published specification. Unknown fields are refused. */
export const bodies = {
  create: inputs(z.strictObject({ properties, associations, objectWriteTraceId }), 100),
  update: inputs(
    z.strictObject({ id, properties, idProperty: z.string().optional(), objectWriteTraceId }),
    100,
  ),
  upsert: inputs(z.strictObject({ id, idProperty: z.string().min(1), properties, objectWriteTraceId }), 100),
  archive: inputs(z.strictObject({ id }), 100),
  read: z.strictObject({
    inputs: z.array(z.strictObject({ id })).min(1).max(100),
    properties: z.array(z.string()).default([]),
    propertiesWithHistory: z.array(z.string()).default([]),
    idProperty: z.string().optional(),
  }),
  createOne: z.strictObject({ properties, associations, objectWriteTraceId }),
  updateOne: z.strictObject({ properties, objectWriteTraceId }),
  search: z.strictObject({
    filterGroups: z
      .array(
        z.strictObject({
          filters: z
            .array(
              z.strictObject({
                propertyName: z.string().min(1),
                operator: z.string(),
                value: z.string().optional(),
                values: z.array(z.string()).min(1).optional(),
                highValue: z.string().optional(),
              }),
            )
            .min(1)
            .max(6),
        }),
      )
      .max(5)
      .default([]),
    properties: z.array(z.string()).default([]),
    sorts: z.array(z.string()).max(1).default([]),
    limit: z.number().int().min(1).max(200).default(10),
    after: z
      .union([z.string().regex(/^\d*$/), z.number().int().min(0)])
      .transform(Number)
      .default(0),
    query: z.string().optional(),
  }),
  associate: inputs(z.strictObject({ from: z.strictObject({ id }), to: z.strictObject({ id }) }), 2000),
  associateWithTypes: inputs(
    z.strictObject({
      from: z.strictObject({ id }),
      to: z.strictObject({ id }),
      types: associations.element.shape.types,
    }),
    2000,
  ),
  readAssociations: inputs(z.strictObject({ id, after: z.string().optional() }), 1000),
  property: z.object({
    name: z.string().regex(/^[a-z][a-z0-9_]*$/),
    label: z.string().min(1),
    type: z.enum(['string', 'number', 'datetime', 'enumeration', 'bool']),
    fieldType: z.string().min(1),
    groupName: z.string().min(1),
    hasUniqueValue: z.boolean().default(false),
    options: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
  }),
  group: z.object({ name: z.string().regex(/^[a-z][a-z0-9_]*$/), label: z.string().min(1) }),
};

/**
 * Parses a body.
 * @throws ApiError 400 that names the first fault
 */
export function readBody<T extends z.ZodType>(shape: T, body: unknown): z.output<T> {
  if (body === undefined) throw invalid('Invalid input JSON: a request body was expected, but none found');
  const read = shape.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw invalid(`Invalid input JSON on line 1, column 1: ${path}: ${issue?.message ?? 'unreadable'}`);
}

/**
 * Refuses a batch with a repeated id.
 * @throws ApiError 400 for the batch as a whole
 */
export function refuseRepeats(ids: readonly string[]): void {
  const repeated = ids.filter((one, index) => ids.indexOf(one) !== index);
  if (repeated.length > 0) {
    const repeatedIds = [...new Set(repeated)];
    throw new ApiError(
      400,
      'VALIDATION_ERROR',
      `Duplicate IDs found in batch input: [${repeatedIds.join(', ')}]`,
      {
        context: { ids: repeatedIds },
      },
    );
  }
}
