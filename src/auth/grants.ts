import { createHmac } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import {
  endFamily,
  insertCode,
  insertFamily,
  keepRefreshToken,
  readRefreshToken,
  spendParent,
  type RefreshTokenRow,
} from '../store/oauth-grants.ts';
import type { Store } from '../store/store.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import { hashToken, randomText } from './secrets.ts';

/** How long a code may be redeemed. */
export const codeLifetimeMs = 60_000;

/** A family ends when it was not used for so long, and after this in any case: then a person approves again. */
export const refreshIdleMs = 90 * 86_400_000;
export const refreshLifetimeMs = 365 * 86_400_000;

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
 * Looks a presented refresh token up. One that is spent was copied, or its successor was: its family ends.
 *
 * @returns undefined when it is not valid
 */
export async function findRefreshToken(
  store: Store,
  clock: Clock,
  presented: string,
): Promise<RefreshTokenRow | undefined> {
  const row = await readRefreshToken(store, hashToken(presented));
  const nowMs = clock();
  if (row === undefined || row.familyEnded) return undefined;
  if (row.spent) {
    await endFamily(store, row.familyId, nowMs);
    return undefined;
  }
  const alive = nowMs < row.familyExpiresAtMs && nowMs < row.lastUsedAtMs + refreshIdleMs;
  return alive ? row : undefined;
}

/**
 * Uses a refresh token and makes its successor, which is derived from it: the same request again, from a client
 * whose answer got lost or that asks twenty times at once, makes the same one. The presented token stays valid
 * until its successor is first used, so a client that never stores the new one keeps working.
 */
export async function succeedRefreshToken(
  store: Store,
  clock: Clock,
  secretKey: string,
  presented: string,
  familyId: string,
): Promise<string> {
  const hash = hashToken(presented);
  const successor = deriveSuccessor(presented, secretKey);
  await spendParent(store, hash, familyId, clock());
  await keepRefreshToken(store, { hash: hashToken(successor), familyId, parentHash: hash }, clock());
  return successor;
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
