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

/** How long a code may be redeemed. */
export const codeLifetimeMs = 60_000;

/** A family ends when it was not used for so long, and after this in any case: then a person approves again. */
export const refreshIdleMs = 90 * 86_400_000;
export const refreshLifetimeMs = 365 * 86_400_000;

const warnedBeforeMs = 30 * 86_400_000;

/** Notes that a person approved a client, and makes the code that the client redeems. */
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

/** Makes a refresh token for a form that wants a value pasted. */
export async function mintRefreshToken(
  store: Store,
  clock: Clock,
  client: { id: string; scope: string },
): Promise<{ refreshToken: string; expiresAtMs: number }> {
  const familyId = await createFamily(store, clock, client.id, client.scope);
  const refreshToken = await createRefreshToken(store, clock, familyId);
  return { refreshToken, expiresAtMs: clock() + refreshLifetimeMs };
}

/** The first refresh token of a family. */
export async function createRefreshToken(store: Store, clock: Clock, familyId: string): Promise<string> {
  const refreshToken = randomText();
  await keepRefreshToken(store, { hash: hashToken(refreshToken), familyId, parentHash: undefined }, clock());
  return refreshToken;
}

/**
 * Uses a code up. A second use ends what came of the first (RFC 6749 section 4.1.2); what another client presents
 * changes nothing.
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
    throw refusal('The code was used before: whatever came of it is ended now, since two hold it.');
  if (taken.expiresAtMs <= clock()) throw refusal('The code was older than 60 seconds.');
  return taken;
}

/**
 * Looks a presented refresh token up. One that is spent was copied, or its successor was: its family ends.
 * Why: docs/decisions/refresh-tokens.md
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
  if (row.familyEnded) throw refusal('The approval that the refresh token came of was ended.');
  if (row.spent) {
    await endFamily(store, row.familyId, nowMs);
    throw refusal(
      'The refresh token was replaced, and its successor was used: the approval is ended now, since two hold it.',
    );
  }
  if (nowMs >= row.familyExpiresAtMs) throw refusal('The approval was given a year ago: approve again.');
  if (nowMs >= row.lastUsedAtMs + refreshIdleMs)
    throw refusal('The approval was not used for 90 days: approve again.');
  return row;
}

/**
 * Uses a refresh token and makes its successor, which is derived from it: the same request again, from a client
 * whose answer got lost or that asks twenty times at once, makes the same one. The presented token stays valid
 * until its successor is first used, so a client that never stores the new one keeps working.
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

/** Until when each client that was approved can go on without a person. */
export async function approvedUntil(store: Store, clock: Clock): Promise<ReadonlyMap<string, number>> {
  const approvals = await readApprovals(store, clock(), clock() - refreshIdleMs);
  // The longest comes last, and stays.
  return new Map(approvals.reverse().map(({ clientId, expiresAtMs }) => [clientId, expiresAtMs]));
}

/** Says in the log which approvals end within 30 days, while there is time to give them again. */
export async function warnOfEndingApprovals(store: Store, clock: Clock, log: Log): Promise<void> {
  for (const [clientId, endsAtMs] of await approvedUntil(store, clock)) {
    if (endsAtMs - clock() > warnedBeforeMs) continue;
    log.warn(
      { clientId, endsAt: new Date(endsAtMs).toISOString() },
      "A client's approval ends soon: let it ask again by the authentication URL, or make it a new refresh token",
    );
  }
}

/** The successor that was made under the previous key, where there is one; otherwise that of the present key. */
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

/** 64 hexadecimal characters: 256 bits that nobody knows without the key and the token before. */
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
