import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';
import type { readToken } from '../store/oauth/oauth-rows.ts';
import { hashToken } from './secrets.ts';

/** The client of a valid access token. */
export interface TokenHolder {
  readonly clientId: string;
  readonly scopes: readonly string[];
}

// A lookup for every push would halve the throughput of the receiver. So results are cached for this time, and a revoked
// token can still work for as long.
const remembersForMs = 1_000;

// The clocks of several processes differ a little. A token issued further in the future comes from a clock that was wrong
// and was set back since. It is refused, because it would be valid for too long.
const aheadMaxMs = 10 * 60_000;

interface Remembered {
  readonly holder: TokenHolder;
  readonly expiresAtMs: number;
  readonly readAtMs: number;
}

/**
 * Creates the function that verifies access tokens. It returns undefined for an unknown, expired or revoked token.
 *
 * @param read looks up a token by its hash
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
    // A negative age means that the clock was set back. The cached result is then ignored.
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
