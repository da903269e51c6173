import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';
import type { readToken } from '../store/oauth/oauth-rows.ts';
import { hashToken } from './secrets.ts';

/** The client of a valid access token. */
export interface TokenHolder {
  readonly clientId: string;
  readonly scopes: readonly string[];
}

// A lookup for every push would halve the throughput of the receiver. So results are cached for this time, and a
// revoked token can still work for this long.
const remembersForMs = 1_000;
// From this age on, one lookup in the background renews a result. Otherwise all requests in flight would wait each
// second.
const renewsAfterMs = 500;

// The clocks of several processes differ a little. A token issued further in the future comes from a clock that was
// wrong and was set back since. It is refused, because it would be valid for too long.
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
  const running = new Map<string, Lookup>();

  const lookUp = async (hash: string, readAtMs: number): Promise<TokenHolder | undefined> => {
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

  /** One lookup at a time for each token. A lookup that lasts too long is not joined, because its result is old. */
  const lookUpOnce = (hash: string): Promise<TokenHolder | undefined> => {
    const known = running.get(hash);
    if (known !== undefined && isFresh(clock() - known.beganAtMs)) return known.result;
    const beganAtMs = clock();
    const lookup = { beganAtMs, result: lookUp(hash, beganAtMs) };
    running.set(hash, lookup);
    const end = (): void => {
      if (running.get(hash) === lookup) running.delete(hash);
    };
    lookup.result.then(end, end);
    return lookup.result;
  };

  return async (token) => {
    const hash = hashToken(token);
    const known = remembered.get(hash);
    const ageMs = known === undefined ? NaN : clock() - known.readAtMs;
    if (known === undefined || !isFresh(ageMs)) return lookUpOnce(hash);
    // A failed lookup leaves the result as it is. When the result is too old, the next request reports the error.
    if (ageMs >= renewsAfterMs) lookUpOnce(hash).catch(() => undefined);
    return clock() < known.expiresAtMs ? known.holder : undefined;
  };
}

interface Lookup {
  readonly beganAtMs: number;
  readonly result: Promise<TokenHolder | undefined>;
}

/** A negative age means that the clock was set back. The result is then ignored. */
function isFresh(ageMs: number): boolean {
  return ageMs >= 0 && ageMs < remembersForMs;
}
