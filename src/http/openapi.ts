import { createRequire } from 'node:module';
import { z } from 'zod';
import { webhookScope } from '../auth/webhook-strategy.ts';
import { jetFields, type JetField } from '../domain/jet-fields.ts';
import { stages } from '../domain/stage.ts';
import { callsMax } from '../intake/read-body.ts';
import { problemCodes } from '../web/problem.ts';
import {
  jsonAnswer,
  jsonSchema,
  oauthFlows,
  oauthOperations,
  operation,
  problemContent,
  requestIdHeader,
  retryAfter,
} from './openapi-oauth.ts';
import { webhookPaths } from './webhook-routes.ts';

export { tokenAnswerSchema } from './openapi-oauth.ts';

// Read at run time: an import would put a copy of package.json into the build.
const { version } = createRequire(import.meta.url)('#package') as { version: string };

/** The 200 answer to one push. */
export const storedAnswerSchema = z.object({
  status: z.literal('stored'),
  pushId: z.string(),
  callId: z.string(),
  stage: z.enum(stages),
  duplicate: z.boolean().describe('True for a duplicate: nothing was written again.'),
  warnings: z.array(
    z.object({ field: z.string(), code: z.string(), received: z.string(), action: z.string() }),
  ),
});

/** The 200 answer to a list: one entry per item, in the list's order. */
export const storedListSchema = z.object({
  status: z.literal('stored'),
  pushes: z.array(
    z.union([
      storedAnswerSchema,
      z.object({
        status: z.literal('refused').describe('The item is not a call. It is kept in the quarantine.'),
        code: z.string(),
        detail: z.string(),
        quarantineId: z.string(),
      }),
    ]),
  ),
});

/** An error answer (RFC 9457). */
export const problemSchema = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(problemCodes) as [keyof typeof problemCodes]),
  requestId: z.string().describe('Names this request in the log. The header X-Request-Id has it too.'),
});

const readinessSchema = z.object({
  status: z.enum(['ready', 'store_unavailable', 'shutting_down']),
  paused: z.array(
    z.object({ destination: z.string(), reason: z.string().nullish(), remedy: z.string().nullish() }),
  ),
  store: z.object({ reason: z.string(), remedy: z.string() }).optional(),
});

/** The OpenAPI 3.1 description of this server, made from the schemas that the code uses. */
export function createOpenApi(publicUrl: string | undefined): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Jet receiver',
      version,
      description:
        'Receives the call webhooks of Jet Interactive. A push is on the disk before it is answered 200.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl ?? '/' }],
    security: [],
    paths: {
      ...Object.fromEntries(
        webhookPaths.map(({ path, stage }) => [path, { post: webhookOperation(path, stage) }]),
      ),
      ...oauthOperations(),
      '/healthz': {
        get: operation('isAlive', 'Alive', jsonAnswer(z.object({ status: z.literal('alive') }))),
      },
      '/readyz': {
        get: {
          ...operation(
            'isReady',
            'Whether the server can store pushes, and which destinations are paused',
            jsonAnswer(readinessSchema),
          ),
          responses: {
            200: { description: 'Ready', ...jsonAnswer(readinessSchema) },
            503: { description: 'The server cannot store pushes now', ...jsonAnswer(readinessSchema) },
          },
        },
      },
      '/metrics': {
        get: operation(
          'readMetrics',
          'Metrics as Prometheus text. Send METRICS_TOKEN, or send the request from this machine to localhost',
          {
            content: { 'text/plain': { schema: { type: 'string' } } },
          },
          {
            401: problemAnswer('not_authenticated'),
            429: { ...problemAnswer('too_many_failures'), headers: { ...requestIdHeader, ...retryAfter } },
          },
        ),
      },
      '/openapi.json': {
        get: operation('describe', 'This description', {
          content: { 'application/json': { schema: { type: 'object' } } },
        }),
      },
    },
    components: {
      schemas: {
        Push: pushSchema(),
        PushList: pushListSchema,
        Stored: jsonSchema(storedAnswerSchema),
        StoredList: jsonSchema(storedListSchema),
        Problem: jsonSchema(problemSchema),
      },
      securitySchemes: {
        oauth: {
          type: 'oauth2',
          flows: oauthFlows(publicUrl ?? ''),
        },
        header: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Webhook-Key',
          description: 'WEBHOOK_HEADER_NAME sets the name, WEBHOOK_HEADER_VALUE the value.',
        },
      },
    },
  };
}

const onePushOrList = {
  oneOf: [{ $ref: '#/components/schemas/Push' }, { $ref: '#/components/schemas/PushList' }],
};

const pushListSchema = {
  type: 'array',
  maxItems: callsMax,
  items: { $ref: '#/components/schemas/Push' },
  description:
    'The calls are stored in one transaction. Items that are not calls are kept in the quarantine.',
};

function webhookOperation(path: string, stage: string | undefined): Record<string, unknown> {
  return {
    operationId: `take${path.replace(/^\/webhooks\/jet/, '').replace(/-?\/?([a-z]+)/g, (_all, word: string) => word.charAt(0).toUpperCase() + word.slice(1))}Push`,
    summary:
      stage === undefined ? 'A push of any stage; the stage is inferred' : `A push of the stage ${stage}`,
    security: [{ oauth: [webhookScope] }, { header: [] }],
    requestBody: {
      required: true,
      description:
        'One call, or a list of calls. JSON is read with any content type except multipart. It may also be JSON text in a JSON string, under data, payload or body, or in a form. The charset is the declared charset, or the charset that the bytes show. Content-Encoding can be gzip, deflate or br.',
      content: {
        'application/json': { schema: onePushOrList },
        'application/x-ndjson': { schema: { type: 'string', description: 'One call on each line.' } },
        'application/x-www-form-urlencoded': { schema: { $ref: '#/components/schemas/Push' } },
        'text/plain': { schema: { type: 'string', description: 'The JSON text of a call or a list.' } },
      },
    },
    responses: {
      200: {
        description: 'Stored and synced to the disk, now or before',
        ...jsonAnswer(z.union([storedAnswerSchema, storedListSchema])),
      },
      ...problemAnswers(),
    },
  };
}

/** An answer for each status, with its problem codes. */
function problemAnswers(): Record<string, unknown> {
  const byStatus = new Map<number, string[]>();
  for (const [code, { status }] of Object.entries(problemCodes)) {
    // This address and method exist, and the server's own faults reach a sender as 503.
    if (status === 404 || status === 405 || status === 500) continue;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        ...problemAnswer(...codes),
        ...(status === 503 && { headers: { ...requestIdHeader, ...retryAfter } }),
      },
    ]),
  );
}

function problemAnswer(...codes: readonly string[]): Record<string, unknown> {
  return { description: codes.join(', '), headers: requestIdHeader, content: problemContent };
}

/** Every field of Jet's page in Jet's spelling. None is required, and further fields are allowed. */
function pushSchema(): Record<string, unknown> {
  return {
    type: 'object',
    description:
      'Case, spaces, underscores, hyphens and dots in keys are ignored. A push needs callsessionid, or Called Number with call Start Time.',
    properties: Object.fromEntries(
      jetFields.map((field: JetField) => [field.jetName, { description: kindText[field.kind] }]),
    ),
    additionalProperties: true,
  };
}

const kindText: Readonly<Record<JetField['kind'], string>> = {
  text: 'Text.',
  instant: 'A time: ISO 8601 (UTC without an offset), or epoch seconds or milliseconds.',
  seconds: 'Seconds, or hh:mm:ss.',
  json: 'A JSON text, or an object.',
};
