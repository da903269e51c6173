import OAuth2Server from 'oauth2-server';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import { insertToken, readClient } from '../store/oauth-rows.ts';
import type { Store } from '../store/store.ts';
import { isLiveSecret } from './clients.ts';
import { hashToken, randomText } from './secrets.ts';
import { OAuthError, type TokenRequest } from './token-request.ts';

/** How long an access token is valid. */
export const accessTokenLifetimeSeconds = 3600;

/** RFC 6749 section 5.1. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
}

export interface Issuer {
  /** @throws OAuthError for any refusal; other errors mean that the store cannot work */
  issueToken(request: TokenRequest): Promise<TokenAnswer>;
}

const grants = ['client_credentials'];

/**
 * The token issuer: oauth2-server behind a model of our own. What the library leaves open is closed here: it is
 * handed a clean request, and its answers are not used.
 */
export function createIssuer(store: Store, secretKey: string, clock: Clock, log: Log): Issuer {
  const server = new OAuth2Server({
    model: createModel(store, secretKey, clock),
    accessTokenLifetime: accessTokenLifetimeSeconds,
  });
  return {
    async issueToken({ parameters, usedBasic }) {
      requireGrant(parameters.grant_type, usedBasic);
      if (parameters.client_id === undefined || parameters.client_secret === undefined) {
        throw new OAuthError('invalid_client', 'The request carries no client credentials.', {
          status: 401,
          usedBasic,
        });
      }
      const token = await server
        .token(
          new OAuth2Server.Request({
            method: 'POST',
            query: {},
            headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '1' },
            body: knownParameters(parameters),
          }),
          new OAuth2Server.Response({ headers: {} }),
        )
        .catch((error: unknown) => {
          throw asOAuthError(error, usedBasic);
        });
      log.info({ clientId: token.client.id, grant: parameters.grant_type }, 'An access token was issued');
      return {
        access_token: token.accessToken,
        token_type: 'Bearer',
        expires_in: accessTokenLifetimeSeconds,
        scope: (token.scope ?? []).join(' '),
      };
    },
  };
}

function createModel(store: Store, secretKey: string, clock: Clock): OAuth2Server.ClientCredentialsModel {
  return {
    async getClient(clientId, clientSecret) {
      const client = await readClient(store, clientId);
      // Every grant here proves the client: the library would let a code verifier stand in for the secret.
      const proven = isLiveSecret(client, clientSecret, secretKey, clock());
      if (client === undefined || !proven) return false;
      return { id: client.id, grants, redirectUris: [...client.redirectUris], scope: client.scope };
    },
    // The library asks for a user with every grant; here the client speaks for itself.
    getUserFromClient: (client) => Promise.resolve({ clientId: client.id }),
    generateAccessToken: () => Promise.resolve(randomText(43)),
    validateScope: (_user, client, asked) => Promise.resolve(grantedScopes(client, asked)),
    async saveToken(token, client, user) {
      const issuedAtMs = clock();
      await insertToken(store, {
        hash: hashToken(token.accessToken),
        clientId: client.id,
        scope: (token.scope ?? []).join(' '),
        issuedAtMs,
        expiresAtMs: issuedAtMs + accessTokenLifetimeSeconds * 1000,
      });
      return { ...token, client, user };
    },
    getAccessToken: () => Promise.resolve(false),
  };
}

/**
 * What was asked for, in the order asked, when the client may have it all. Otherwise the client's own scopes:
 * RFC 6749 section 3.3 lets a server ignore what it does not know, and the answer always names the scope.
 */
function grantedScopes(client: OAuth2Server.Client, asked: string[] | undefined): string[] {
  const own = (client.scope as string).split(' ');
  // One named twice is granted once: what was asked for is stored, and may not grow with the request.
  const named = [...new Set(asked)];
  return named.length > 0 && named.every((scope) => own.includes(scope)) ? named : own;
}

function requireGrant(grant: string | undefined, usedBasic: boolean): void {
  if (grant === undefined) throw new OAuthError('invalid_request', 'grant_type is missing.', { usedBasic });
  if (!grants.includes(grant)) {
    throw new OAuthError('unsupported_grant_type', `The grant types are: ${grants.join(', ')}.`, {
      usedBasic,
    });
  }
}

function knownParameters(parameters: Readonly<Record<string, string>>): Record<string, string> {
  const known = ['grant_type', 'client_id', 'client_secret', 'scope'];
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => known.includes(name)));
}

function asOAuthError(error: unknown, usedBasic: boolean): unknown {
  if (!(error instanceof OAuth2Server.OAuthError)) return error;
  // The library wraps whatever the model throws: a store that is away is not the client's fault.
  if (error instanceof OAuth2Server.ServerError) return (error as { inner?: unknown }).inner ?? error;
  if (error instanceof OAuth2Server.InvalidClientError) {
    return new OAuthError('invalid_client', 'The client is unknown or its secret is wrong.', {
      status: 401,
      usedBasic,
    });
  }
  return new OAuthError(error.name, error.message, { usedBasic });
}
