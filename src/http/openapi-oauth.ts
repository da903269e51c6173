import { z } from 'zod';
import { grants } from '../auth/oauth-model.ts';
import { webhookScope } from '../auth/webhook-strategy.ts';
import { authorizePath } from './authorize-route.ts';
import { metadataPath } from './metadata-route.ts';
import { stylePath } from '../web/page.ts';
import { revokePath, tokenPath } from './token-route.ts';

/** The 200 answer of the token endpoint: RFC 6749 section 5.1. */
export const tokenAnswerSchema = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  scope: z.string(),
  refresh_token: z.string().optional().describe('Only for a grant that a person approved.'),
});

const oauthErrorSchema = z.object({ error: z.string(), error_description: z.string() });

const credentials = { client_id: z.string().optional(), client_secret: z.string().optional() };

const tokenRequestSchema = z.object({
  grant_type: z.enum(grants),
  ...credentials,
  scope: z.string().optional(),
  code: z.string().optional(),
  redirect_uri: z.string().optional().describe('The same value as in the authorization request.'),
  code_verifier: z.string().optional(),
  refresh_token: z.string().optional(),
});

const revokeRequestSchema = z.object({
  token: z.string(),
  token_type_hint: z.string().optional(),
  ...credentials,
});

/** RFC 8414 section 2. */
export const metadataSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  revocation_endpoint: z.string(),
  scopes_supported: z.array(z.string()),
  response_types_supported: z.array(z.string()),
  response_modes_supported: z.array(z.string()),
  grant_types_supported: z.array(z.string()),
  token_endpoint_auth_methods_supported: z.array(z.string()),
  revocation_endpoint_auth_methods_supported: z.array(z.string()),
  code_challenge_methods_supported: z.array(z.string()),
  authorization_response_iss_parameter_supported: z.boolean(),
});

/** The OAuth endpoints, by path. */
export function oauthOperations(): Record<string, unknown> {
  return {
    [authorizePath]: { get: authorizeOperation(), post: decideOperation() },
    [tokenPath]: {
      post: credentialOperation(
        'issueToken',
        'Get an access token. The client sends its credentials by HTTP Basic or in the body',
        tokenRequestSchema,
        { description: 'Issued', ...jsonAnswer(tokenAnswerSchema) },
      ),
    },
    [revokePath]: {
      post: credentialOperation('revokeToken', 'End a token (RFC 7009)', revokeRequestSchema, {
        description: 'The token is no longer valid, or never was',
        ...jsonAnswer(z.object({})),
      }),
    },
    [metadataPath]: {
      get: operation('readMetadata', 'What the issuer can do (RFC 8414)', jsonAnswer(metadataSchema)),
    },
    [stylePath]: {
      get: operation('readStyle', 'The style of the pages', {
        content: { 'text/css': { schema: { type: 'string' } } },
      }),
    },
  };
}

/** The token addresses of the OAuth flows, for a security scheme. */
export function oauthFlows(publicUrl: string): Record<string, unknown> {
  const scopes = { [webhookScope]: 'Send pushes' };
  const tokenUrl = `${publicUrl}${tokenPath}`;
  return {
    clientCredentials: { tokenUrl, scopes },
    authorizationCode: {
      authorizationUrl: `${publicUrl}${authorizePath}`,
      tokenUrl,
      refreshUrl: tokenUrl,
      scopes,
    },
  };
}

function authorizeOperation(): Record<string, unknown> {
  const parameter = (name: string, required: boolean, description: string): Record<string, unknown> => ({
    name,
    in: 'query',
    required,
    description,
    schema: { type: 'string' },
  });
  return {
    operationId: 'authorize',
    summary: 'A person signs in, and approves or refuses a client',
    parameters: [
      parameter('response_type', true, 'code'),
      parameter('client_id', true, 'The client'),
      parameter('redirect_uri', false, 'A registered address; optional when only one is registered'),
      parameter('scope', false, webhookScope),
      parameter('state', false, 'Returned unchanged'),
      parameter('code_challenge', false, 'RFC 7636'),
      parameter('code_challenge_method', false, 'S256'),
    ],
    responses: {
      200: page('The page to sign in or to decide'),
      303: { description: 'Sent back with an error: the request cannot be approved' },
      400: page('The request names no known client or no registered redirect address'),
      503: page('The store cannot be reached'),
    },
  };
}

function decideOperation(): Record<string, unknown> {
  return {
    operationId: 'decide',
    summary: 'Receive the forms of the page, from browsers',
    requestBody: {
      content: {
        'application/x-www-form-urlencoded': {
          schema: jsonSchema(
            z.object({
              csrf: z.string(),
              step: z.enum(['sign-in', 'approve', 'deny']),
              password: z.string().optional(),
            }),
          ),
        },
      },
    },
    responses: {
      303: {
        description:
          'After the sign-in: to the decision. After the decision: to the client, with a code or an error',
      },
      400: page('The request names no known client or no registered redirect address'),
      401: page('The password is wrong'),
      403: page('The form does not come from a page of this server'),
      413: page('The form is too large'),
      429: page('Too many failed attempts'),
      503: orTooManyConnections(page('The store cannot be reached')),
    },
  };
}

function credentialOperation(
  operationId: string,
  summary: string,
  request: z.ZodType,
  success: Record<string, unknown>,
): Record<string, unknown> {
  const refusal = (description: string): Answer => ({
    description,
    ...jsonAnswer(oauthErrorSchema),
  });
  const schema = jsonSchema(request);
  return {
    operationId,
    summary,
    requestBody: {
      required: true,
      content: { 'application/x-www-form-urlencoded': { schema }, 'application/json': { schema } },
    },
    responses: {
      200: success,
      400: refusal('RFC 6749 section 5.2'),
      401: refusal('invalid_client'),
      413: refusal('The body is too large'),
      429: refusal('Too many failed attempts'),
      503: orTooManyConnections(refusal('The store cannot be reached')),
    },
  };
}

/** A GET with one 200 answer, and further answers by status if given. */
export function operation(
  operationId: string,
  summary: string,
  answer: Record<string, unknown>,
  others: Record<number, unknown> = {},
): Record<string, unknown> {
  return { operationId, summary, responses: { 200: { description: summary, ...answer }, ...others } };
}

/** The `content` of an error answer. */
export const problemContent = {
  'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
};

/** The `headers` of an answer that names its request. */
export const requestIdHeader = {
  'X-Request-Id': {
    description: 'Names this request in the log and on the console',
    schema: { type: 'string' },
  },
};

/** The `headers` of an answer that asks for a retry. */
export const retryAfter = {
  'Retry-After': { description: 'Seconds until the next attempt', schema: { type: 'integer' } },
};

/** Adds the 503 that any POST gets on a connection over the limit, in addition to the other meanings of 503. */
function orTooManyConnections({ description, content }: Answer): Record<string, unknown> {
  return {
    description: `${description}; or too_many_connections, as a problem`,
    headers: { ...requestIdHeader, ...retryAfter },
    content: { ...content, ...problemContent },
  };
}

interface Answer {
  readonly description: string;
  readonly content: Readonly<Record<string, unknown>>;
}

function page(description: string): Answer {
  return { description, content: { 'text/html': { schema: { type: 'string' } } } };
}

export function jsonAnswer(schema: z.ZodType): Pick<Answer, 'content'> {
  return { content: { 'application/json': { schema: jsonSchema(schema) } } };
}

export function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const described: Record<string, unknown> = { ...z.toJSONSchema(schema, { io: 'output' }) };
  // OpenAPI 3.1 names the JSON Schema dialect once, for the whole document.
  delete described.$schema;
  return described;
}
