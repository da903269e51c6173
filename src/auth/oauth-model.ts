import type OAuth2Server from 'oauth2-server';
import type { Clock } from '../domain/clock.ts';
import { insertToken, type OAuthClientRow } from '../store/oauth/oauth-rows.ts';
import type { SecretKeys } from '../store/secret-keys.ts';
import type { Store } from '../store/store.ts';
import { grantedScope } from './authorization-request.ts';
import { createRefreshToken, findRefreshToken, redeemCode, succeedRefreshToken } from './grants.ts';
import { hashToken, randomText } from './secrets.ts';
import { OAuthError } from './token-request.ts';

/** The grants that a client may use. Password and implicit do not exist here. */
export const grants = ['authorization_code', 'refresh_token', 'client_credentials'];

/** How long an access token is valid. */
export const accessTokenLifetimeSeconds = 3600;

/** Whom the library calls a user: the approval that a token comes of, or nothing but the client. */
interface Principal {
  readonly familyId?: string;
  /** The refresh token of the request. */
  readonly presented?: string;
}

export type OAuthModel = OAuth2Server.AuthorizationCodeModel &
  OAuth2Server.RefreshTokenModel &
  OAuth2Server.ClientCredentialsModel;

// The library looks at real time; a row that it gets to see was found alive by our clock.
const stillValid = new Date(8_640_000_000_000_000);

/**
 * What oauth2-server asks of us for one request at the token endpoint.
 *
 * @param client who sends the request: proven already, since the library lets a code verifier stand in for a secret
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
    validateScope: (_user, _client, asked) =>
      Promise.resolve(grantedScope(client.scope, asked?.join(' ')).split(' ')),

    async getAuthorizationCode(code) {
      const row = await redeemCode(store, clock, client.id, code);
      requireChallenge(client, row.codeChallenge);
      return {
        authorizationCode: code,
        expiresAt: stillValid,
        // Undefined when the authorization request named none: then the token request need not either.
        redirectUri: row.redirectUri as string,
        scope: row.scope.split(' '),
        client: { id: row.clientId, grants },
        user: { familyId: row.familyId } satisfies Principal,
        ...(row.codeChallenge === undefined
          ? {}
          : { codeChallenge: row.codeChallenge, codeChallengeMethod: 'S256' }),
      };
    },
    // It was used up when it was looked at, so that of twenty parallel redemptions one succeeds.
    revokeAuthorizationCode: () => Promise.resolve(true),
    saveAuthorizationCode: () => Promise.reject(new Error('Codes are made when a person approves')),

    async getRefreshToken(refreshToken) {
      const row = await findRefreshToken(store, clock, client.id, refreshToken);
      return {
        refreshToken,
        scope: row.scope.split(' '),
        client: { id: row.clientId, grants },
        user: { familyId: row.familyId, presented: refreshToken } satisfies Principal,
      };
    },
    // It is spent when its successor is first used.
    revokeToken: () => Promise.resolve(true),

    generateAccessToken: () => Promise.resolve(randomText()),
    async generateRefreshToken(_client, user) {
      const { familyId, presented } = user as Principal;
      if (familyId === undefined) throw new Error('A refresh token comes of an approval');
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

/** Refuses a code that was made before its client had to use PKCE. */
function requireChallenge({ id, pkceRequired }: OAuthClientRow, challenge: string | undefined): void {
  if (!pkceRequired || challenge !== undefined) return;
  throw new OAuthError('invalid_grant', 'The code is not valid.', {
    reason: 'The code was requested without PKCE, which this client must use.',
    clientId: id,
  });
}
