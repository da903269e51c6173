import type { Knex } from 'knex';
import { deleteSome } from '../../database/delete-some.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { Store } from '../store.ts';

export interface OAuthClientRow {
  readonly id: string;
  readonly name: string;
  readonly secretHash: string;
  /** The secret before the last rotation, while it is still valid. */
  readonly previousSecretHash: string | undefined;
  readonly previousSecretUntilMs: number | undefined;
  readonly redirectUris: readonly string[];
  /** True when the client gets a code only with a code challenge (RFC 7636). */
  readonly pkceRequired: boolean;
  readonly scope: string;
  readonly createdAtMs: number;
  readonly revokedAtMs: number | undefined;
}

export interface OAuthTokenRow {
  readonly hash: string;
  readonly clientId: string;
  /** The approval of this token. Undefined for client credentials. */
  readonly familyId: string | undefined;
  readonly scope: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

interface ClientColumns {
  id: string;
  name: string;
  secret_hash: string;
  previous_secret_hash: string | null;
  previous_secret_until: number | null;
  redirect_uris: string;
  /** 1 or 0. */
  pkce_required: number;
  scope: string;
  created_at: number;
  revoked_at: number | null;
}

interface TokenColumns {
  hash: string;
  client_id: string;
  family_id: string | null;
  scope: string;
  issued_at: number;
  expires_at: number;
}

/** @param within the transaction of the writer, if there is one */
export async function insertClient(
  store: Store,
  client: OAuthClientRow,
  within?: Knex.Transaction,
): Promise<void> {
  const row = {
    id: client.id,
    name: client.name,
    secret_hash: client.secretHash,
    redirect_uris: JSON.stringify(client.redirectUris),
    pkce_required: client.pkceRequired ? 1 : 0,
    scope: client.scope,
    created_at: client.createdAtMs,
  };
  if (within !== undefined) await within('oauth_clients').insert(row);
  else await inTransaction(store.writer, (transaction) => transaction('oauth_clients').insert(row));
}

export async function readClients(store: Pick<Store, 'reader'>): Promise<OAuthClientRow[]> {
  const rows = await store.reader.knex('oauth_clients').orderBy('created_at').select<ClientColumns[]>('*');
  return rows.map(asClient);
}

/** Reads a client that was not revoked. The id may come from anybody. */
export async function readClient(store: Store, id: string): Promise<OAuthClientRow | undefined> {
  // PostgreSQL fails on a NUL, and MySQL ignores trailing blanks of a key.
  if (!/^[A-Za-z0-9]{1,64}$/.test(id)) return undefined;
  const row = await store.reader
    .knex('oauth_clients')
    .where({ id })
    .whereNull('revoked_at')
    .first<ClientColumns | undefined>('*');
  return row === undefined ? undefined : asClient(row);
}

/** @returns false when there is no such client */
export async function updateClient(
  store: Store,
  id: string,
  change: Partial<Omit<ClientColumns, 'id' | 'created_at'>>,
): Promise<boolean> {
  return inTransaction(
    store.writer,
    async (transaction) =>
      (await transaction('oauth_clients').where({ id }).whereNull('revoked_at').update(change)) === 1,
  );
}

/**
 * Replaces the hash of a client's secret with another hash of the same secret.
 *
 * @returns false when the client has a different secret now; then nothing was changed
 */
export async function replaceSecretHash(
  store: Store,
  id: string,
  column: 'secret_hash' | 'previous_secret_hash',
  { from, to }: { from: string; to: string },
): Promise<boolean> {
  return inTransaction(
    store.writer,
    async (transaction) =>
      (await transaction('oauth_clients')
        .where({ id, [column]: from })
        .update({ [column]: to })) === 1,
  );
}

export async function insertToken(store: Store, token: OAuthTokenRow): Promise<void> {
  const row = {
    hash: token.hash,
    client_id: token.clientId,
    family_id: token.familyId ?? null,
    scope: token.scope,
    issued_at: token.issuedAtMs,
    expires_at: token.expiresAtMs,
  };
  await inTransaction(store.writer, (transaction) => transaction('oauth_tokens').insert(row));
}

/** Reads an access token, unless its client was revoked or its approval was ended. */
export async function readToken(store: Store, hash: string): Promise<OAuthTokenRow | undefined> {
  const row = await store.reader
    .knex('oauth_tokens')
    .join('oauth_clients', 'oauth_clients.id', 'oauth_tokens.client_id')
    .leftJoin('oauth_families', 'oauth_families.id', 'oauth_tokens.family_id')
    .where('oauth_tokens.hash', hash)
    .whereNull('oauth_clients.revoked_at')
    .whereNull('oauth_families.ended_at')
    .first<TokenColumns | undefined>('oauth_tokens.*');
  if (row === undefined) return undefined;
  return {
    hash: row.hash,
    clientId: row.client_id,
    familyId: row.family_id ?? undefined,
    scope: row.scope,
    issuedAtMs: row.issued_at,
    expiresAtMs: row.expires_at,
  };
}

/** Ends one access token. */
export async function deleteToken(store: Store, hash: string, clientId: string): Promise<boolean> {
  return inTransaction(
    store.writer,
    async (transaction) =>
      (await transaction('oauth_tokens').where({ hash, client_id: clientId }).delete()) === 1,
  );
}

/** Removes tokens that expired before a time, at most `limit`. Returns the number of removed tokens. */
export async function deleteExpiredTokens(store: Store, beforeMs: number, limit: number): Promise<number> {
  return deleteSome(store.writer, 'oauth_tokens', ['hash'], ['expires_at', '<', beforeMs], limit);
}

function asClient(row: ClientColumns): OAuthClientRow {
  return {
    id: row.id,
    name: row.name,
    secretHash: row.secret_hash,
    previousSecretHash: row.previous_secret_hash ?? undefined,
    previousSecretUntilMs: row.previous_secret_until ?? undefined,
    redirectUris: JSON.parse(row.redirect_uris) as string[],
    pkceRequired: row.pkce_required === 1,
    scope: row.scope,
    createdAtMs: row.created_at,
    revokedAtMs: row.revoked_at ?? undefined,
  };
}
