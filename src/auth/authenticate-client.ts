import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import { readClient, replaceSecretHash, type OAuthClientRow } from '../store/oauth/oauth-rows.ts';
import type { SecretKeys } from '../store/secret-keys.ts';
import type { Store } from '../store/store.ts';
import { findLiveSecret, type LiveSecret } from './clients.ts';
import { OAuthError, type TokenRequest } from './token-request.ts';

/**
 * Authenticates the client of a request by its id and secret. An unknown client takes the same work and gets the same
 * answer as a wrong secret. If the secret is still hashed under the previous key, it is rehashed under the present key.
 *
 * @throws OAuthError `invalid_client`
 */
export async function authenticateClient(
  store: Store,
  secretKeys: SecretKeys,
  clock: Clock,
  log: Log,
  { parameters, usedBasic }: TokenRequest,
): Promise<OAuthClientRow> {
  const { client_id: clientId, client_secret: secret } = parameters;
  if (clientId === undefined || secret === undefined) {
    throw new OAuthError('invalid_client', 'The request has no client credentials.', {
      status: 401,
      usedBasic,
    });
  }
  const client = await readClient(store, clientId);
  const live = findLiveSecret(client, secret, secretKeys, clock());
  if (client !== undefined && live !== undefined) {
    await rehashUnderPresentKey(store, client.id, live, log);
    return client;
  }
  throw new OAuthError('invalid_client', 'The client is unknown or its secret is wrong.', {
    status: 401,
    usedBasic,
    reason:
      client === undefined
        ? 'No live client has this id.'
        : 'The secret is not one of the live secrets of this client.',
    // An unknown id is not logged: it can be a secret that was pasted into the wrong field.
    clientId: client?.id,
  });
}

async function rehashUnderPresentKey(
  store: Store,
  clientId: string,
  { column, keptHash, presentHash }: LiveSecret,
  log: Log,
): Promise<void> {
  if (keptHash === presentHash) return;
  if (await replaceSecretHash(store, clientId, column, { from: keptHash, to: presentHash }))
    log.info({ clientId }, "A client's secret is now hashed under SECRET_KEY");
}
