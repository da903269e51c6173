import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';
import type { readToken } from '../store/oauth/oauth-rows.ts';
import { hashToken } from './secrets.ts';

/** Who a valid access token speaks for. */
export interface TokenHolder {
  readonly clientId: string;
  readonly scopes: readonly string[];
}

// A look-up for each push would halve what the receiver can take. A token that was revoked, by any process, is
// refused within this time.
const remembersForMs = 1_000;

// Clocks of several processes differ a little. A token from further ahead was issued by a clock that was wrong and has
// been set back since: it would live by as much longer.
const aheadMaxMs = 10 * 60_000;

interface Remembered {
  readonly holder: TokenHolder;
  readonly expiresAtMs: number;
  readonly readAtMs: number;
}

/**
 * Makes the function that verifies access tokens: undefined for one that is unknown, ended or revoked.
 *
 * @param read looks a token up by its hash
 */
export function createTokenVerifier(
  read: (hash: string) => ReturnType<typeof readToken>,
  clock: Clock,
): (token: string) => Promise<TokenHolder | undefined> {
  const remembered = new LRUCache<string, Remembered>({ max: 1_000 });
  return async (token) => {
    const hash = hashToken(token);
    const known = remembered.get(hash);
    const ageMs = known === undefined ? NaN : clock() - known.readAtMs;
    // A clock that was set back makes nothing live longer.
    if (known !== undefined && ageMs >= 0 && ageMs < remembersForMs) {
      return clock() < known.expiresAtMs ? known.holder : undefined;
    }
    const readAtMs = clock();
    const row = await read(hash);
    const nowMs = clock();
    if (row === undefined || row.expiresAtMs <= nowMs || row.issuedAtMs > nowMs + aheadMaxMs) {
      remembered.delete(hash);
      return undefined;
    }
    const holder = { clientId: row.clientId, scopes: row.scope.split(' ') };
    remembered.set(hash, { holder, expiresAtMs: row.expiresAtMs, readAtMs });
    return holder;
  };
}
