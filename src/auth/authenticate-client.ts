import type { Clock } from '../domain/clock.ts';
import { readClient, type OAuthClientRow } from '../store/oauth/oauth-rows.ts';
import type { Store } from '../store/store.ts';
import { isLiveSecret } from './clients.ts';
import { OAuthError, type TokenRequest } from './token-request.ts';

/**
 * Finds out which client sends a request, by its id and secret. A client that is not known costs the same work
 * and gets the same answer as a wrong secret.
 *
 * @throws OAuthError `invalid_client`
 */
export async function authenticateClient(
  store: Store,
  secretKey: string,
  clock: Clock,
  { parameters, usedBasic }: TokenRequest,
): Promise<OAuthClientRow> {
  const { client_id: clientId, client_secret: secret } = parameters;
  if (clientId === undefined || secret === undefined) {
    throw new OAuthError('invalid_client', 'The request carries no client credentials.', {
      status: 401,
      usedBasic,
    });
  }
  const client = await readClient(store, clientId);
  const proven = isLiveSecret(client, secret, secretKey, clock());
  if (client !== undefined && proven) return client;
  throw new OAuthError('invalid_client', 'The client is unknown or its secret is wrong.', {
    status: 401,
    usedBasic,
    reason:
      client === undefined
        ? 'No live client has this id.'
        : 'The secret is not one of the live secrets of this client.',
    // An id that is not known may be anything that was pasted into the wrong field: it is not logged.
    clientId: client?.id,
  });
}
