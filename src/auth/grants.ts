import { createHmac } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import type { SecretKeys } from '../store/secret-keys.ts';
import {
  endFamily,
  insertCode,
  insertFamily,
  keepRefreshToken,
  readApprovals,
  readRefreshToken,
  spendParent,
  takeCode,
  type AuthorizationCodeRow,
  type RefreshTokenRow,
} from '../store/oauth/oauth-grants.ts';
import type { Store } from '../store/store.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import { hashToken, randomText } from './secrets.ts';
import { OAuthError } from './token-request.ts';

/** How long a code is valid. */
export const codeLifetimeMs = 60_000;

/** An approval expires after this time without use. A person must then approve the client again. */
export const refreshIdleMs = 90 * 86_400_000;
/** An approval expires after this time even if it is used. */
export const refreshLifetimeMs = 365 * 86_400_000;

const warnedBeforeMs = 30 * 86_400_000;

/** Stores a person's approval of a client, and makes the code that the client redeems for tokens. */
export async function approve(store: Store, clock: Clock, request: AuthorizationRequest): Promise<string> {
  const familyId = await createFamily(store, clock, request.client.id, request.scope);
  const code = randomText();
  await insertCode(store, {
    hash: hashToken(code),
    familyId,
    clientId: request.client.id,
    redirectUri: request.namedRedirectUri,
    scope: request.scope,
    codeChallenge: request.codeChallenge,
    expiresAtMs: clock() + codeLifetimeMs,
  });
  return code;
}

/** Makes a refresh token that an operator can paste into the sender's form. */
export async function mintRefreshToken(
  store: Store,
  clock: Clock,
  client: { id: string; scope: string },
): Promise<{ refreshToken: string; expiresAtMs: number }> {
  const familyId = await createFamily(store, clock, client.id, client.scope);
  const refreshToken = await createRefreshToken(store, clock, familyId);
  return { refreshToken, expiresAtMs: clock() + refreshLifetimeMs };
}

/** Makes the first refresh token of a family. A family is an approval with all tokens that were issued for it. */
export async function createRefreshToken(store: Store, clock: Clock, familyId: string): Promise<string> {
  const refreshToken = randomText();
  await keepRefreshToken(store, { hash: hashToken(refreshToken), familyId, parentHash: undefined }, clock());
  return refreshToken;
}

/**
 * Redeems a code. A second use of the same code ends the approval and all its tokens (RFC 6749 section 4.1.2). A code
 * presented by another client is refused without any effect.
 *
 * @throws OAuthError `invalid_grant`
 */
export async function redeemCode(
  store: Store,
  clock: Clock,
  clientId: string,
  presented: string,
): Promise<AuthorizationCodeRow> {
  const refusal = (reason: string): OAuthError =>
    new OAuthError('invalid_grant', 'The code is not valid.', { reason, clientId });
  const taken = await takeCode(store, hashToken(presented), clientId, clock());
  if (taken === 'unknown') throw refusal('The code is not known.');
  if (taken === 'foreign') throw refusal('The code was made for another client.');
  if (taken === 'used')
    throw refusal(
      'The code was used before, so two parties have it. Its approval and all its tokens are revoked: approve again.',
    );
  if (taken.expiresAtMs <= clock()) throw refusal('The code was older than 60 seconds.');
  return taken;
}

/**
 * Looks up a presented refresh token. If the token was already replaced and its successor was used, then two parties
 * have a copy, and the whole family is revoked.
 * Why: docs/decisions/credentials.md
 *
 * @throws OAuthError `invalid_grant`
 */
export async function findRefreshToken(
  store: Store,
  clock: Clock,
  clientId: string,
  presented: string,
): Promise<RefreshTokenRow> {
  const refusal = (reason: string): OAuthError =>
    new OAuthError('invalid_grant', 'The refresh token is not valid.', { reason, clientId });
  const row = await readRefreshToken(store, hashToken(presented));
  const nowMs = clock();
  if (row === undefined) throw refusal('The refresh token is not known.');
  if (row.clientId !== clientId) throw refusal('The refresh token was made for another client.');
  if (row.familyEnded) throw refusal('The approval of the refresh token was revoked: approve again.');
  if (row.spent) {
    await endFamily(store, row.familyId, nowMs);
    throw refusal(
      'The refresh token was replaced and its successor was used, so two parties have it. The approval is revoked: approve again.',
    );
  }
  if (nowMs >= row.familyExpiresAtMs) throw refusal('The approval expired after a year: approve again.');
  if (nowMs >= row.lastUsedAtMs + refreshIdleMs)
    throw refusal('The approval expired after 90 days without use: approve again.');
  return row;
}

/**
 * Replaces a refresh token by its successor. The successor is derived from the token, so a repeated request gives the
 * same successor. This matters when an answer was lost, or when a client sends the request several times at once. The
 * presented token stays valid until its successor is first used. A client that never stores the new token keeps
 * working.
 */
export async function succeedRefreshToken(
  store: Store,
  clock: Clock,
  secretKeys: SecretKeys,
  presented: string,
  familyId: string,
): Promise<string> {
  const hash = hashToken(presented);
  const successor = await findSuccessor(store, secretKeys, presented);
  await spendParent(store, hash, familyId, clock());
  await keepRefreshToken(store, { hash: hashToken(successor), familyId, parentHash: hash }, clock());
  return successor;
}

/** Gives the time until which each approved client can get tokens without a new approval. */
export async function approvedUntil(store: Store, clock: Clock): Promise<ReadonlyMap<string, number>> {
  const approvals = await readApprovals(store, clock(), clock() - refreshIdleMs);
  // A client can have several approvals. The longest-lasting approval comes last in the list, so the map keeps it.
  return new Map(approvals.reverse().map(({ clientId, expiresAtMs }) => [clientId, expiresAtMs]));
}

/** Logs a warning for each approval that expires within 30 days, while there is still time to renew it. */
export async function warnOfEndingApprovals(store: Store, clock: Clock, log: Log): Promise<void> {
  for (const [clientId, endsAtMs] of await approvedUntil(store, clock)) {
    if (endsAtMs - clock() > warnedBeforeMs) continue;
    log.warn(
      { clientId, endsAt: new Date(endsAtMs).toISOString() },
      "A client's approval ends soon, and then it can no longer send pushes. Approve the client again at the authentication URL, or make a new refresh token for it",
    );
  }
}

/** Gives the successor derived from the previous key if it exists, otherwise that of the present key. */
async function findSuccessor(
  store: Store,
  { present, previous }: SecretKeys,
  presented: string,
): Promise<string> {
  if (previous !== undefined) {
    const earlier = deriveSuccessor(presented, previous);
    if ((await readRefreshToken(store, hashToken(earlier))) !== undefined) return earlier;
  }
  return deriveSuccessor(presented, present);
}

/** Derives a successor of 64 hexadecimal characters. Nobody can compute it without the key and the presented token. */
function deriveSuccessor(presented: string, secretKey: string): string {
  return createHmac('sha256', secretKey).update(`refresh token after ${presented}`).digest('hex');
}

async function createFamily(store: Store, clock: Clock, clientId: string, scope: string): Promise<string> {
  const nowMs = clock();
  const id = randomText(24);
  await insertFamily(store, {
    id,
    clientId,
    scope,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + refreshLifetimeMs,
  });
  return id;
}
