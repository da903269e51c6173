import type { Response } from 'express';
import { requestIdOf } from './request-id.ts';

/** Every code that an error answer of this server can have. Stable, because senders and operators rely on them. */
export const problemCodes = {
  empty_body: { status: 400, title: 'The body is empty' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  malformed_encoding: { status: 400, title: 'The body is not encoded as its label says' },
  too_deep: { status: 400, title: 'The body is nested too deeply' },
  too_many_keys: { status: 400, title: 'The body has too many keys' },
  too_many_calls: { status: 400, title: 'The list holds too many calls' },
  forbidden_key: { status: 400, title: 'The body has a key that is not allowed' },
  bad_request: { status: 400, title: 'The request cannot be read' },
  not_authenticated: { status: 401, title: 'Credentials are missing or not valid' },
  not_allowed: { status: 403, title: 'The credentials do not allow this' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_content_type: { status: 415, title: 'The content type is not supported' },
  unsupported_content_encoding: { status: 415, title: 'The content encoding is not supported' },
  not_an_object: { status: 422, title: 'The body is not a JSON object' },
  not_a_call: { status: 422, title: 'The body does not identify a call' },
  not_storable: { status: 422, title: 'The push cannot be stored' },
  too_many_failures: { status: 429, title: 'Too many failed attempts' },
  internal: { status: 500, title: 'The server failed' },
  store_unavailable: { status: 503, title: 'The store cannot take the push now' },
  too_many_connections: { status: 503, title: 'All connections are in use' },
  quarantine_full: { status: 503, title: 'The quarantine is full' },
} as const;

export type ProblemCode = keyof typeof problemCodes;

/** An error that becomes an answer (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The id of the body in the quarantine. */
  readonly quarantineId: string | undefined;
  /** True when the log has a line about it. */
  readonly isLogged: boolean;

  constructor(
    code: ProblemCode,
    detail: string,
    options: {
      headers?: Readonly<Record<string, string>>;
      cause?: unknown;
      quarantineId?: string | undefined;
      isLogged?: boolean;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.headers = options.headers ?? {};
    this.quarantineId = options.quarantineId;
    this.isLogged = options.isLogged ?? false;
  }

  /** The same problem for a body that is now in the quarantine and has a log line. */
  keptAs(quarantineId: string): Problem {
    const { headers, cause } = this;
    return new Problem(this.code, this.detail, { headers, cause, quarantineId, isLogged: true });
  }

  get status(): number {
    return problemCodes[this.code].status;
  }
}

/** The store cannot work now. The sender can retry in some seconds. */
export function storeUnavailable(cause: unknown): Problem {
  return new Problem(
    'store_unavailable',
    'The push may not have been stored. Send it again: a duplicate is recognised.',
    {
      headers: { 'Retry-After': '5' },
      cause,
    },
  );
}

/** Sends a problem as `application/problem+json`, with the request's id in its body and its headers. */
export function sendProblem(response: Response, problem: Problem): void {
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  const { status, title } = problemCodes[problem.code];
  const requestId = requestIdOf(response.req);
  response.statusCode = status;
  response.setHeader('X-Request-Id', requestId);
  response.setHeader('Content-Type', 'application/problem+json');
  response.setHeader('Cache-Control', 'no-store');
  response.end(
    JSON.stringify({
      ...{ type: 'about:blank', title, status, detail: problem.detail, code: problem.code, requestId },
    }),
  );
}
