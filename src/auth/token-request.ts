/** An error response of the token endpoint: RFC 6749 section 5.2. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: string;
  readonly status: number;
  /** True when the client used HTTP Basic. A 401 must then have the Basic challenge. */
  readonly usedBasic: boolean;
  /** The reason for the operator's log. It has more detail than the response to the sender, but never a secret. */
  readonly reason: string;
  /** The client, when the request names a known one. */
  readonly clientId: string | undefined;

  constructor(code: string, description: string, options: OAuthErrorOptions = {}) {
    super(description);
    this.code = code;
    this.status = options.status ?? 400;
    this.usedBasic = options.usedBasic ?? false;
    this.reason = options.reason ?? description;
    this.clientId = options.clientId;
  }
}

interface OAuthErrorOptions {
  readonly status?: number;
  readonly usedBasic?: boolean;
  readonly reason?: string;
  readonly clientId?: string | undefined;
}

export interface TokenRequest {
  /** All parameters with a value, including the client's credentials. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly usedBasic: boolean;
}

const parametersMax = 100;

/**
 * Reads a request to the token endpoint. Reading is lenient where clients differ. The body can be a form, a form without
 * a content type, or a JSON object. Credentials can be in HTTP Basic or in the body. RFC 6749 section 3.2 decides about
 * parameters: an empty one counts as absent, and a repeated one is refused. Two different credentials are also refused.
 *
 * @throws OAuthError `invalid_request` or `invalid_client`
 */
export function readTokenRequest(
  body: string,
  contentType: string | undefined,
  authorization: string | undefined,
): TokenRequest {
  const inBody = readParameters(body, contentType);
  const basic = readBasic(authorization);
  if (basic === undefined) return { parameters: inBody, usedBasic: false };
  const { client_id: id = basic.id, client_secret: secret = basic.secret } = inBody;
  if (id !== basic.id || secret !== basic.secret) {
    throw new OAuthError('invalid_request', 'The request has two different client credentials.');
  }
  return { parameters: { ...inBody, client_id: basic.id, client_secret: basic.secret }, usedBasic: true };
}

function readParameters(body: string, contentType: string | undefined): Record<string, string> {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return readJsonParameters(body);
  if (type !== undefined && type !== '' && type !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('invalid_request', 'The body must be a form or a JSON object.');
  }
  return collect([...new URLSearchParams(body.trim())]);
}

function readJsonParameters(body: string): Record<string, string> {
  let json: unknown;
  try {
    json = body.trim() === '' ? {} : JSON.parse(body);
  } catch {
    throw new OAuthError('invalid_request', 'The body is not valid JSON.');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new OAuthError('invalid_request', 'The body is not a JSON object.');
  }
  return collect(
    Object.entries(json).map(([name, value]) => {
      if (value === null) return [name, ''];
      if (typeof value === 'string') return [name, value];
      throw new OAuthError('invalid_request', 'A parameter is not a string.');
    }),
  );
}

function collect(entries: readonly (readonly [string, string])[]): Record<string, string> {
  if (entries.length > parametersMax)
    throw new OAuthError('invalid_request', `The request has more than ${parametersMax} parameters.`);
  const seen = new Set<string>();
  const filled = new Map<string, string>();
  for (const [name, value] of entries) {
    if (seen.has(name)) throw new OAuthError('invalid_request', 'A parameter is given more than once.');
    seen.add(name);
    if (value.trim() !== '') filled.set(name, value);
  }
  return Object.fromEntries(filled);
}

function readBasic(authorization: string | undefined): { id: string; secret: string } | undefined {
  if (authorization === undefined) return undefined;
  const encoded = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization)?.[1];
  const pair = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 1) {
    throw new OAuthError('invalid_client', 'The Authorization header has no valid HTTP Basic credentials.', {
      status: 401,
      usedBasic: true,
    });
  }
  return { id: formDecoded(pair.slice(0, colon)), secret: formDecoded(pair.slice(colon + 1)) };
}

/** Decodes form encoding. RFC 6749 section 2.3.1 requires it, but many clients omit it. Our ids and secrets survive both. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
