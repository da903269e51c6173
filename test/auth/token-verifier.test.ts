import { beforeEach, describe, expect, it } from 'vitest';
import { createTokenVerifier } from '../../src/auth/token-verifier.ts';

const token = 't'.repeat(43);

describe('verifying a token', () => {
  let nowMs: number;
  let lookups: number;
  let isRevoked: boolean;
  let isAway: boolean;
  let answerLookups: (() => void)[];
  let verify: ReturnType<typeof createTokenVerifier>;
  beforeEach(() => {
    nowMs = 1_000_000;
    lookups = 0;
    isRevoked = false;
    isAway = false;
    answerLookups = [];
    verify = createTokenVerifier(
      async (hash) => {
        lookups += 1;
        const isGone = isRevoked;
        if (isAway) throw new Error('away');
        await new Promise<void>((resolve) => answerLookups.push(resolve));
        return isGone
          ? undefined
          : {
              ...{ hash, clientId: 'jet', scope: 'webhooks' },
              ...{ issuedAtMs: 0, expiresAtMs: 9_000_000, familyId: undefined },
            };
      },
      () => nowMs,
    );
  });
  const answerAll = (): void => answerLookups.splice(0).forEach((answer) => answer());
  const learn = async (): Promise<void> => {
    const first = verify(token);
    answerAll();
    expect(await first).toMatchObject({ clientId: 'jet' });
  };

  it('the verifier looks a token up once for requests that come together', async () => {
    const all = [1, 2, 3].map(() => verify(token));
    answerAll();
    expect((await Promise.all(all)).map((holder) => holder?.clientId)).toEqual(['jet', 'jet', 'jet']);
    expect(lookups).toBe(1);
  });

  it('the verifier answers from memory for a second, and renews in the background after half of it', async () => {
    await learn();
    nowMs += 499;
    await verify(token);
    expect(lookups).toBe(1);
    nowMs += 1;
    expect(await verify(token)).toMatchObject({ clientId: 'jet' });
    expect(await verify(token)).toMatchObject({ clientId: 'jet' });
    expect(lookups).toBe(2);
  });

  it('the verifier refuses a revoked token a second later at most, however long the lookups take', async () => {
    await learn();
    nowMs += 600;
    expect(await verify(token)).toBeDefined();
    // The background lookup began before this and answers late.
    isRevoked = true;
    nowMs += 1_000;
    const late = verify(token);
    answerAll();
    expect(await late).toBeUndefined();
    const again = verify(token);
    answerAll();
    expect(await again).toBeUndefined();
  });

  it('the verifier reports an error of a lookup only when no fresh result is left', async () => {
    await learn();
    isAway = true;
    nowMs += 600;
    expect(await verify(token)).toMatchObject({ clientId: 'jet' });
    nowMs += 600;
    await expect(verify(token)).rejects.toThrow('away');
  });
});
