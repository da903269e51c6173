import { deleteSome } from '../../database/delete-some.ts';
import type { Store } from '../store.ts';
import { inTransaction } from '../../database/transaction.ts';

/** One approval of a client. Its code, its refresh tokens and their access tokens all end together. */
export interface GrantFamily {
  readonly id: string;
  readonly clientId: string;
  readonly scope: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface AuthorizationCodeRow {
  readonly hash: string;
  readonly familyId: string;
  readonly clientId: string;
  /** The redirect URI in the authorization request. Undefined when it had none. */
  readonly redirectUri: string | undefined;
  readonly scope: string;
  readonly codeChallenge: string | undefined;
  readonly expiresAtMs: number;
}

export interface RefreshTokenRow {
  readonly hash: string;
  readonly familyId: string;
  readonly clientId: string;
  readonly scope: string;
  readonly familyExpiresAtMs: number;
  readonly lastUsedAtMs: number;
  readonly familyEnded: boolean;
  readonly spent: boolean;
}

export async function insertFamily(store: Store, family: GrantFamily): Promise<void> {
  const row = {
    id: family.id,
    client_id: family.clientId,
    scope: family.scope,
    created_at: family.createdAtMs,
    expires_at: family.expiresAtMs,
    last_used_at: family.createdAtMs,
  };
  await inTransaction(store.writer, (transaction) => transaction('oauth_families').insert(row));
}

/** Ends an approval. From now on every token of it is refused. */
export async function endFamily(store: Store, familyId: string, nowMs: number): Promise<void> {
  await inTransaction(store.writer, (transaction) =>
    transaction('oauth_families').where({ id: familyId }).whereNull('ended_at').update({ ended_at: nowMs }),
  );
}

export async function insertCode(store: Store, code: AuthorizationCodeRow): Promise<void> {
  const row = {
    hash: code.hash,
    family_id: code.familyId,
    client_id: code.clientId,
    redirect_uri: code.redirectUri ?? null,
    scope: code.scope,
    code_challenge: code.codeChallenge ?? null,
    expires_at: code.expiresAtMs,
  };
  await inTransaction(store.writer, (transaction) => transaction('oauth_codes').insert(row));
}

interface CodeColumns {
  hash: string;
  family_id: string;
  client_id: string;
  redirect_uri: string | null;
  scope: string;
  code_challenge: string | null;
  expires_at: number;
}

/**
 * Uses a client's code. Of several concurrent requests only one gets it. Using a code for the second time ends its
 * approval.
 */
export async function takeCode(
  store: Store,
  hash: string,
  clientId: string,
  nowMs: number,
): Promise<AuthorizationCodeRow | 'unknown' | 'foreign' | 'used'> {
  const { knex } = store.writer;
  const taken = await knex('oauth_codes')
    .where({ hash, client_id: clientId })
    .whereNull('used_at')
    .update({ used_at: nowMs });
  const row = await knex('oauth_codes').where({ hash }).first<CodeColumns | undefined>('*');
  if (row === undefined) return 'unknown';
  if (row.client_id !== clientId) return 'foreign';
  if (taken === 0) {
    await endFamily(store, row.family_id, nowMs);
    return 'used';
  }
  return {
    hash,
    familyId: row.family_id,
    clientId: row.client_id,
    redirectUri: row.redirect_uri ?? undefined,
    scope: row.scope,
    codeChallenge: row.code_challenge ?? undefined,
    expiresAtMs: row.expires_at,
  };
}

interface RefreshColumns {
  family_id: string;
  client_id: string;
  scope: string;
  expires_at: number;
  last_used_at: number;
  ended_at: number | null;
  spent_at: number | null;
}

/** Reads a refresh token in any state. */
export async function readRefreshToken(store: Store, hash: string): Promise<RefreshTokenRow | undefined> {
  // Read from the writer, to see a token that another request has just spent.
  const row = await store.writer
    .knex('oauth_refresh_tokens')
    .join('oauth_families', 'oauth_families.id', 'oauth_refresh_tokens.family_id')
    .where('oauth_refresh_tokens.hash', hash)
    .first<RefreshColumns | undefined>(
      'oauth_refresh_tokens.family_id',
      'oauth_refresh_tokens.spent_at',
      'oauth_families.client_id',
      'oauth_families.scope',
      'oauth_families.expires_at',
      'oauth_families.last_used_at',
      'oauth_families.ended_at',
    );
  if (row === undefined) return undefined;
  return {
    hash,
    familyId: row.family_id,
    clientId: row.client_id,
    scope: row.scope,
    familyExpiresAtMs: row.expires_at,
    lastUsedAtMs: row.last_used_at,
    familyEnded: row.ended_at !== null,
    spent: row.spent_at !== null,
  };
}

/**
 * Stores a refresh token. An existing one is not changed: the token is derived from its parent, so a repeated request
 * makes the same token.
 */
export async function keepRefreshToken(
  store: Store,
  token: { hash: string; familyId: string; parentHash: string | undefined },
  nowMs: number,
): Promise<void> {
  const row = [token.hash, token.familyId, token.parentHash ?? null, nowMs];
  await inTransaction(store.writer, (transaction) =>
    store.writer.upsert(transaction, {
      table: 'oauth_refresh_tokens',
      columns: ['hash', 'family_id', 'parent_hash', 'issued_at'],
      key: ['hash'],
      assign: {
        family_id: ({ stored }) => stored('family_id'),
        parent_hash: ({ stored }) => stored('parent_hash'),
        issued_at: ({ stored }) => stored('issued_at'),
      },
      rows: [row],
    }),
  );
}

/** Notes that a refresh token was used. Its parent is spent from now on. */
export async function spendParent(
  store: Store,
  hash: string,
  familyId: string,
  nowMs: number,
): Promise<void> {
  await inTransaction(store.writer, async (transaction) => {
    await transaction('oauth_families').where({ id: familyId }).update({ last_used_at: nowMs });
    const row = await transaction('oauth_refresh_tokens')
      .where({ hash })
      .first<{ parent_hash: string | null } | undefined>('parent_hash');
    if (row?.parent_hash === undefined || row.parent_hash === null) return;
    await transaction('oauth_refresh_tokens')
      .where({ hash: row.parent_hash })
      .whereNull('spent_at')
      .update({ spent_at: nowMs });
  });
}

interface FamilyColumns {
  id: string;
  client_id: string;
  scope: string;
  created_at: number;
  expires_at: number;
  last_used_at: number;
}

/**
 * The approvals of active clients, the longest-lasting first. An approval is omitted when the client was approved again
 * after its last use, because the new approval replaces it.
 */
export async function readApprovals(
  store: Store,
  nowMs: number,
  usedAfterMs: number,
): Promise<GrantFamily[]> {
  const { knex } = store.reader;
  const rows = await knex('oauth_families')
    .join('oauth_clients', 'oauth_clients.id', 'oauth_families.client_id')
    .whereNull('oauth_clients.revoked_at')
    .whereNull('oauth_families.ended_at')
    .where('oauth_families.expires_at', '>', nowMs)
    .where('oauth_families.last_used_at', '>', usedAfterMs)
    .whereExists(
      knex('oauth_refresh_tokens')
        .whereRaw('oauth_refresh_tokens.family_id = oauth_families.id')
        .select('hash'),
    )
    .orderBy('oauth_families.expires_at', 'desc')
    .select<FamilyColumns[]>('oauth_families.*');
  return rows
    .filter(
      (row) =>
        !rows.some((other) => other.client_id === row.client_id && other.created_at > row.last_used_at),
    )
    .map((row) => ({
      id: row.id,
      clientId: row.client_id,
      scope: row.scope,
      createdAtMs: row.created_at,
      expiresAtMs: row.expires_at,
    }));
}

/**
 * Removes expired codes and approvals, at most `limit` of each, and the refresh tokens of those approvals. Returns the
 * number of codes and approvals.
 */
export async function deleteEndedGrants(store: Store, beforeMs: number, limit: number): Promise<number> {
  const { knex } = store.writer;
  const codes = await deleteSome(store.writer, 'oauth_codes', ['hash'], ['expires_at', '<', beforeMs], limit);
  const ended = await knex('oauth_families')
    .where('expires_at', '<', beforeMs)
    .limit(limit)
    .pluck<string[]>('id');
  if (ended.length === 0) return codes;
  await knex('oauth_refresh_tokens').whereIn('family_id', ended).delete();
  return codes + (await knex('oauth_families').whereIn('id', ended).delete());
}
