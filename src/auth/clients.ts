import type { Knex } from 'knex';
import type { Clock } from '../domain/clock.ts';
import { insertClient, readClient, updateClient, type OAuthClientRow } from '../store/oauth/oauth-rows.ts';
import { acceptedKeys, type SecretKeys } from '../store/secret-keys.ts';
import type { Store } from '../store/store.ts';
import { equalInConstantTime, hashSecret, randomText } from './secrets.ts';
import { markKey } from './secret-key.ts';
import { webhookScope } from './webhook-strategy.ts';

/** The credentials that are shown once, when a client is created or its secret is rotated. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
  readonly scope: string;
  readonly redirectUris: readonly string[];
}

/** Creates an OAuth client with a random id and secret. */
export async function createClient(
  store: Store,
  secretKey: string,
  clock: Clock,
  details: { name: string; redirectUris?: readonly string[]; pkceRequired?: boolean },
  within?: Knex.Transaction,
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
 * Gives a client a new secret. The present secret stays valid until the given time.
 *
 * @returns undefined when the client does not exist
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

/** A valid secret of a client, and where its hash is stored. */
export interface LiveSecret {
  readonly column: 'secret_hash' | 'previous_secret_hash';
  readonly keptHash: string;
  /** The hash of this secret under the present secret key. */
  readonly presentHash: string;
}

/** Finds out which valid secret of a client was presented, if any. An unknown client takes the same amount of work. */
export function findLiveSecret(
  client: OAuthClientRow | undefined,
  secret: string,
  secretKeys: SecretKeys,
  nowMs: number,
): LiveSecret | undefined {
  const hashes = acceptedKeys(secretKeys).map((key) => hashSecret(secret, key)) as [string, ...string[]];
  const [presentHash] = hashes;
  // Every hash is compared with every stored one, so that the time taken reveals nothing.
  const isOfSecret = (keptHash: string): boolean =>
    hashes.map((hash) => equalInConstantTime(hash, keptHash)).includes(true);
  const { secretHash = '', previousSecretHash = '', previousSecretUntilMs = 0 } = client ?? {};
  const isPresent = isOfSecret(secretHash);
  const isPrevious = isOfSecret(previousSecretHash);
  if (isPresent) return { column: 'secret_hash', keptHash: secretHash, presentHash };
  if (!isPrevious || previousSecretUntilMs <= nowMs) return undefined;
  return { column: 'previous_secret_hash', keptHash: previousSecretHash, presentHash };
}
