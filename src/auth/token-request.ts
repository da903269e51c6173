/** An error answer of the token endpoint: RFC 6749 section 5.2. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: string;
  readonly status: number;
  /** HTTP Basic was used, so a 401 carries its challenge. */
  readonly usedBasic: boolean;
  /** Why, for the operator's log: more than the sender is told, and never a secret. */
  readonly reason: string;
  /** Who asked, once that is proven or at least known. */
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
  /** Parameters that hold a value, the client's credentials among them. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly usedBasic: boolean;
}

const parametersMax = 100;

/**
 * Reads a request to the token endpoint, leniently where clients differ: a form, a JSON object, or a form
 * without a label; credentials by HTTP Basic or in the body; an empty parameter counts as absent (RFC 6749
 * section 3.2). A repeated parameter is refused (same section), and so are two different credentials at once.
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
    throw new OAuthError('invalid_request', 'The request carries two different client credentials.');
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
    throw new OAuthError('invalid_request', 'The body is not JSON.');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new OAuthError('invalid_request', 'The body is not a JSON object.');
  }
  return collect(
    Object.entries(json).map(([name, value]) => {
      if (value === null) return [name, ''];
      if (typeof value === 'string') return [name, value];
      throw new OAuthError('invalid_request', 'A parameter is not a text.');
    }),
  );
}

function collect(entries: readonly (readonly [string, string])[]): Record<string, string> {
  if (entries.length > parametersMax)
    throw new OAuthError('invalid_request', 'There are too many parameters.');
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
    throw new OAuthError('invalid_client', 'The Authorization header holds no HTTP Basic credentials.', {
      status: 401,
      usedBasic: true,
    });
  }
  return { id: formDecoded(pair.slice(0, colon)), secret: formDecoded(pair.slice(colon + 1)) };
}

/** RFC 6749 section 2.3.1 asks for form encoding, which many clients leave out. Ours need none: both read alike. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
