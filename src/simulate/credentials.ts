import { z } from 'zod';

export type Credentials =
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: string }
  | { readonly kind: 'header'; readonly name: string; readonly value: string };

/** The receiver refuses the credentials, so nothing that the simulation sends can be stored. */
export class CredentialsRefused extends Error {
  override readonly name = 'CredentialsRefused';
}

export interface Authorizer {
  /** The header with the credentials. Gets a token first when there is no valid one. */
  header(): Promise<AuthorizationHeader>;
  /** Notes that a header was refused. Returns true when a new header can replace it. */
  refused(header: AuthorizationHeader): boolean;
}

export interface AuthorizationHeader {
  readonly name: string;
  readonly value: string;
}

// A token is replaced before it expires, because it could expire on the way.
const tokenMarginMs = 10_000;
const requestTimeoutMs = 30_000;

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().optional(),
});

/** @param url the receiver's base address, without a slash at its end */
export function createAuthorizer(url: string, credentials: Credentials): Authorizer {
  if (credentials.kind === 'header') {
    const { name, value } = credentials;
    return { header: () => Promise.resolve({ name, value }), refused: () => false };
  }
  const { clientId, clientSecret } = credentials;
  let current: { header: AuthorizationHeader; endsAtMs: number } | undefined;
  let asking: Promise<AuthorizationHeader> | undefined;

  const ask = async (): Promise<AuthorizationHeader> => {
    const token = await requestToken(`${url}/oauth/token`, clientId, clientSecret);
    const lifeMs = (token.expires_in ?? Infinity) * 1000;
    const header = { name: 'Authorization', value: `Bearer ${token.access_token}` };
    current = { header, endsAtMs: Date.now() + lifeMs - Math.min(tokenMarginMs, lifeMs / 2) };
    return header;
  };

  return {
    header() {
      if (current !== undefined && Date.now() < current.endsAtMs) return Promise.resolve(current.header);
      // All pushes that wait for a token share one request.
      asking ??= ask().finally(() => (asking = undefined));
      return asking;
    },
    refused(header) {
      if (current?.header === header) current = undefined;
      return true;
    },
  };
}

async function requestToken(
  tokenUrl: string,
  clientId: string,
  clientSecret: string,
): Promise<z.infer<typeof tokenAnswer>> {
  // RFC 6749 section 2.3.1: both parts must be form-encoded before they become Basic credentials.
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
    redirect: 'manual',
    signal: AbortSignal.timeout(requestTimeoutMs),
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.status === 429 || response.status >= 500) {
    throw new Error(`the token request was answered ${response.status}`);
  }
  const token = tokenAnswer.safeParse(body);
  if (!response.ok || !token.success) throw new CredentialsRefused(tokenRefusal(response.status, body));
  return token.data;
}

function tokenRefusal(status: number, body: unknown): string {
  const parsed = z.object({ error: z.string().regex(/^[\w-]{1,40}$/) }).safeParse(body);
  const code = parsed.success ? ` ${parsed.data.error}` : '';
  return `The receiver issued no access token: POST /oauth/token was answered ${status}${code}. Check the client id and secret.`;
}
