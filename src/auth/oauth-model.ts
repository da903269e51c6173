import type OAuth2Server from 'oauth2-server';
import type { Clock } from '../domain/clock.ts';
import { insertToken, type OAuthClientRow } from '../store/oauth/oauth-rows.ts';
import type { SecretKeys } from '../store/secret-keys.ts';
import type { Store } from '../store/store.ts';
import { grantedScope } from './authorization-request.ts';
import { createRefreshToken, findRefreshToken, redeemCode, succeedRefreshToken } from './grants.ts';
import { hashToken, randomText } from './secrets.ts';
import { OAuthError } from './token-request.ts';

/** The grants that a client can use. The password and implicit grants are not supported. */
export const grants = ['authorization_code', 'refresh_token', 'client_credentials'];

/** How long an access token is valid. */
export const accessTokenLifetimeSeconds = 3600;

/** The approval behind a token, which the library calls the user. It is empty for client credentials. */
interface Principal {
  readonly familyId?: string;
  /** The refresh token in the request. */
  readonly presented?: string;
}

export type OAuthModel = OAuth2Server.AuthorizationCodeModel &
  OAuth2Server.RefreshTokenModel &
  OAuth2Server.ClientCredentialsModel;

// The library checks expiry with the system clock. Our own clock has already checked it, so this date always passes.
const stillValid = new Date(8_640_000_000_000_000);

/**
 * Creates the model that oauth2-server calls for one request at the token endpoint.
 *
 * @param client the authenticated client. It must be authenticated before, because the library accepts a code verifier
 *   instead of a secret.
 */
export function createOAuthModel(
  store: Store,
  secretKeys: SecretKeys,
  clock: Clock,
  client: OAuthClientRow,
): OAuthModel {
  return {
    getClient: (clientId) => Promise.resolve(clientId === client.id && { id: client.id, grants }),
    getUserFromClient: () => Promise.resolve({} satisfies Principal),
    validateScope: (_user, _client, requested) =>
      Promise.resolve(grantedScope(client.scope, requested?.join(' ')).split(' ')),

    async getAuthorizationCode(code) {
      const row = await redeemCode(store, clock, client.id, code);
      requireChallenge(client, row.codeChallenge);
      return {
        authorizationCode: code,
        expiresAt: stillValid,
        // Undefined when the authorization request had none. Then the token request does not need one.
        redirectUri: row.redirectUri as string,
        scope: row.scope.split(' '),
        client: { id: row.clientId, grants },
        user: { familyId: row.familyId } satisfies Principal,
        ...(row.codeChallenge === undefined
          ? {}
          : { codeChallenge: row.codeChallenge, codeChallengeMethod: 'S256' }),
      };
    },
    // Looking the code up already used it, so that only one of several parallel redemptions succeeds.
    revokeAuthorizationCode: () => Promise.resolve(true),
    saveAuthorizationCode: () =>
      Promise.reject(new Error('The token endpoint does not make codes; approve() does')),

    async getRefreshToken(refreshToken) {
      const row = await findRefreshToken(store, clock, client.id, refreshToken);
      return {
        refreshToken,
        scope: row.scope.split(' '),
        client: { id: row.clientId, grants },
        user: { familyId: row.familyId, presented: refreshToken } satisfies Principal,
      };
    },
    // The refresh token is revoked later, when its successor is first used.
    revokeToken: () => Promise.resolve(true),

    generateAccessToken: () => Promise.resolve(randomText()),
    async generateRefreshToken(_client, user) {
      const { familyId, presented } = user as Principal;
      if (familyId === undefined) throw new Error('A refresh token needs an approval');
      return presented === undefined
        ? createRefreshToken(store, clock, familyId)
        : succeedRefreshToken(store, clock, secretKeys, presented, familyId);
    },
    async saveToken(token, { id, grants: own }, user) {
      const issuedAtMs = clock();
      await insertToken(store, {
        hash: hashToken(token.accessToken),
        clientId: id,
        familyId: (user as Principal).familyId,
        scope: (token.scope ?? []).join(' '),
        issuedAtMs,
        expiresAtMs: issuedAtMs + accessTokenLifetimeSeconds * 1000,
      });
      return { ...token, client: { id, grants: own }, user };
    },
    getAccessToken: () => Promise.resolve(false),
  };
}

/** Refuses a code that was requested without PKCE when its client must use PKCE. */
function requireChallenge({ id, pkceRequired }: OAuthClientRow, challenge: string | undefined): void {
  if (!pkceRequired || challenge !== undefined) return;
  throw new OAuthError('invalid_grant', 'The code is not valid.', {
    reason: 'The code was requested without PKCE, which this client must use.',
    clientId: id,
  });
}
