import type { Knex } from 'knex';
import type { Clock } from '../domain/clock.ts';
import { insertClient, readClient, updateClient, type OAuthClientRow } from '../store/oauth/oauth-rows.ts';
import type { Store } from '../store/store.ts';
import { equalInConstantTime, hashSecret, randomText } from './secrets.ts';
import { markKey } from './secret-key.ts';
import { webhookScope } from './webhook-strategy.ts';

/** What is shown once, when a client is made or its secret rotated. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
  readonly scope: string;
  readonly redirectUris: readonly string[];
}

/** Makes an OAuth client with a random id and secret. */
export async function createClient(
  store: Store,
  secretKey: string,
  clock: Clock,
  details: { name: string; redirectUris?: readonly string[]; pkceRequired?: boolean },
  within?: Knex,
): Promise<ClientCredentials> {
  const credentials: ClientCredentials = {
    clientId: randomText(24),
    clientSecret: randomText(43),
    name: details.name,
    scope: webhookScope,
    redirectUris: details.redirectUris ?? [],
  };
  const row = {
    id: credentials.clientId,
    name: credentials.name,
    secretHash: hashSecret(credentials.clientSecret, secretKey),
    previousSecretHash: undefined,
    previousSecretUntilMs: undefined,
    redirectUris: credentials.redirectUris,
    pkceRequired: details.pkceRequired ?? false,
    scope: credentials.scope,
    createdAtMs: clock(),
    revokedAtMs: undefined,
  };
  await insertClient(store, row, within);
  await markKey(store, secretKey, within);
  return credentials;
}

/**
 * Gives a client a new secret; the present one is taken until a set time.
 *
 * @returns undefined when there is no such client
 */
export async function rotateClientSecret(
  store: Store,
  secretKey: string,
  clientId: string,
  previousUntilMs: number,
): Promise<ClientCredentials | undefined> {
  const client = await readClient(store, clientId);
  if (client === undefined) return undefined;
  const clientSecret = randomText(43);
  await updateClient(store, clientId, {
    secret_hash: hashSecret(clientSecret, secretKey),
    previous_secret_hash: client.secretHash,
    previous_secret_until: previousUntilMs,
  });
  await markKey(store, secretKey);
  return {
    clientId,
    clientSecret,
    name: client.name,
    scope: client.scope,
    redirectUris: client.redirectUris,
  };
}

/** True when the secret is one of the client's live ones. An unknown client costs the same work. */
export function isLiveSecret(
  client: OAuthClientRow | undefined,
  secret: string,
  secretKey: string,
  nowMs: number,
): boolean {
  const hash = hashSecret(secret, secretKey);
  const isPresent = equalInConstantTime(hash, client?.secretHash ?? '');
  const isPrevious = equalInConstantTime(hash, client?.previousSecretHash ?? '');
  return isPresent || (isPrevious && (client?.previousSecretUntilMs ?? 0) > nowMs);
}
