import OAuth2Server from 'oauth2-server';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import { endFamily, readRefreshToken } from '../store/oauth/oauth-grants.ts';
import { deleteToken } from '../store/oauth/oauth-rows.ts';
import type { SecretKeys } from '../store/secret-keys.ts';
import type { Store } from '../store/store.ts';
import { authenticateClient } from './authenticate-client.ts';
import { accessTokenLifetimeSeconds, createOAuthModel, grants } from './oauth-model.ts';
import { hashToken } from './secrets.ts';
import { OAuthError, type TokenRequest } from './token-request.ts';

/** The token response of RFC 6749 section 5.1. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
  /** Present only for a grant that a person approved. */
  readonly refresh_token?: string;
}

export interface Issuer {
  /** @throws OAuthError for any refusal; any other error means that the store failed */
  issueToken(request: TokenRequest): Promise<TokenAnswer>;
  /**
   * Revokes a token (RFC 7009). An unknown token or one of another client is ignored without an error.
   *
   * @throws OAuthError `invalid_client`, or `invalid_request` when the request has no token
   */
  revokeToken(request: TokenRequest): Promise<void>;
}

/** The parameters that each grant uses. All other parameters are ignored. */
const parametersOf: Readonly<Record<string, readonly string[]>> = {
  authorization_code: ['code', 'redirect_uri', 'code_verifier'],
  refresh_token: ['refresh_token'],
  client_credentials: ['scope'],
};

/**
 * Creates the token issuer, which wraps oauth2-server. The wrapper closes gaps of the library. It authenticates the
 * client first, passes on only the parameters of the grant, and writes the responses itself.
 */
export function createIssuer(store: Store, secretKeys: SecretKeys, clock: Clock, log: Log): Issuer {
  return {
    async issueToken(request) {
      const grant = requireGrant(request);
      const client = await authenticateClient(store, secretKeys, clock, log, request);
      const server = new OAuth2Server({
        model: createOAuthModel(store, secretKeys, clock, client),
        accessTokenLifetime: accessTokenLifetimeSeconds,
      });
      const token = await server
        .token(cleanRequest(request.parameters, grant), new OAuth2Server.Response({ headers: {} }))
        .catch((error: unknown) => {
          throw asOAuthError(error, client.id);
        });
      log.info({ clientId: client.id, grant }, 'An access token was issued');
      return {
        access_token: token.accessToken,
        token_type: 'Bearer',
        expires_in: accessTokenLifetimeSeconds,
        scope: (token.scope ?? []).join(' '),
        ...(token.refreshToken === undefined ? {} : { refresh_token: token.refreshToken }),
      };
    },

    async revokeToken(request) {
      const { id: clientId } = await authenticateClient(store, secretKeys, clock, log, request);
      const { token } = request.parameters;
      if (token === undefined) throw new OAuthError('invalid_request', 'token is missing.', { clientId });
      const hash = hashToken(token);
      const refresh = await readRefreshToken(store, hash);
      if (refresh?.clientId === clientId) await endFamily(store, refresh.familyId, clock());
      else if (!(await deleteToken(store, hash, clientId))) return;
      log.info({ clientId }, 'A token was revoked');
    },
  };
}

function requireGrant({ parameters: { grant_type: grant } }: TokenRequest): string {
  if (grant === undefined) throw new OAuthError('invalid_request', 'grant_type is missing.');
  if (grants.includes(grant)) return grant;
  throw new OAuthError(
    'unsupported_grant_type',
    `The grant type is not supported. The supported grant types are: ${grants.join(', ')}.`,
  );
}

function cleanRequest(parameters: TokenRequest['parameters'], grant: string): OAuth2Server.Request {
  const names = ['grant_type', 'client_id', 'client_secret', ...(parametersOf[grant] ?? [])];
  const body = Object.fromEntries(Object.entries(parameters).filter(([name]) => names.includes(name)));
  return new OAuth2Server.Request({
    method: 'POST',
    query: {},
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '1' },
    body,
  });
}

function asOAuthError(error: unknown, clientId: string): unknown {
  if (!(error instanceof OAuth2Server.OAuthError)) return error;
  // The library wraps every error of our model. The inner error is our own refusal, or a failure of the store.
  if (error instanceof OAuth2Server.ServerError) return (error as { inner?: unknown }).inner ?? error;
  // For these errors the RFCs require invalid_grant (RFC 6749 section 5.2, RFC 7636 section 4.6). The library uses
  // invalid_request.
  const code = /`(?:redirect_uri|code_verifier)`/.test(error.message) ? 'invalid_grant' : error.name;
  return new OAuthError(code, error.message, { clientId });
}
