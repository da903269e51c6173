import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callback, IssuerUnderTest, pkcePair } from './issuer-under-test.ts';

let issuer: IssuerUnderTest;
beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
});
afterAll(() => issuer.close());

const dayMs = 86_400_000;

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly clientId?: string;
  readonly address?: string;
  readonly reason?: string;
  readonly endsAt?: string;
}

async function linesOf(work: () => Promise<unknown>, of = issuer): Promise<Line[]> {
  const before = of.logLines.length;
  await work();
  return of.logLines.slice(before).map((line) => JSON.parse(line) as Line);
}

describe('the operator’s log gives the reason for a refusal of', () => {
  const refusals: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    [
      'a code that was used',
      async () => {
        const code = await issuer.takeCode();
        await issuer.redeem(code);
        return issuer.redeem(code);
      },
      /The code was used before/,
    ],
    [
      'a code that is too old',
      async () => {
        const code = await issuer.takeCode();
        issuer.clock.aheadMs += 60_000;
        return issuer.redeem(code);
      },
      /The code was older than 60 seconds/,
    ],
    ['an unknown code', () => issuer.redeem('x'), /The code is not known/],
    [
      'a code of another client',
      async () => {
        const code = await issuer.takeCode();
        return issuer.redeem(code, {}, await issuer.createClient([callback], 'Other'));
      },
      /The code was made for another client/,
    ],
    [
      'another redirect URI',
      async () => issuer.redeem(await issuer.takeCode(), { redirect_uri: 'https://x' }),
      /redirect_uri/,
    ],
    [
      'a wrong verifier',
      async () => {
        const { challenge, verifier } = pkcePair();
        const code = await issuer.takeCode({ code_challenge: challenge, code_challenge_method: 'S256' });
        return issuer.redeem(code, { code_verifier: verifier.toUpperCase() });
      },
      /code verifier is invalid/,
    ],
    ['an unknown refresh token', () => issuer.refresh('x'), /The refresh token is not known/],
    [
      'a refresh token that was replaced',
      async () => {
        const first = await issuer.takeTokens();
        await issuer.refresh((await issuer.refresh(first.refresh_token)).body.refresh_token);
        return issuer.refresh(first.refresh_token);
      },
      /its successor was used/,
    ],
    [
      'a refresh token that was revoked',
      async () => {
        const { refresh_token } = await issuer.takeTokens();
        await issuer.revoke(refresh_token);
        return issuer.refresh(refresh_token);
      },
      /was revoked/,
    ],
    [
      'a wrong secret',
      () => issuer.token({ grant_type: 'client_credentials' }, { ...issuer.client, clientSecret: 'x' }),
      /not one of the live secrets/,
    ],
    [
      'an unknown client',
      () => issuer.token({ grant_type: 'client_credentials' }, { ...issuer.client, clientId: 'x' }),
      /No live client has this id/,
    ],
    ['a request without a grant type', () => issuer.token({}), /grant_type is missing/],
    [
      'a redirect URI that is not registered',
      () => issuer.operator.get(issuer.authorizePath({ redirect_uri: 'https://x' })),
      /redirect_uri of the request is not registered/,
    ],
    [
      'a form from another site',
      () => issuer.operator.post(issuer.authorizePath(), {}),
      /came from another site/,
    ],
  ];

  it.each(refusals)(
    'the operator’s log gives the reason for a refusal of %s',
    async (_what, work, reason) => {
      const warnings = (await linesOf(work)).filter(({ level }) => level === 'warn');
      expect(warnings.at(-1)?.reason).toMatch(reason);
      expect(warnings.at(-1)?.address).toBe('127.0.0.1');
    },
  );

  it('the operator’s log names the client id in a refusal of a known client', async () => {
    const wrong = { ...issuer.client, clientSecret: 'x' };
    // Refusals are logged at most once per second of each kind, and an earlier test logged this kind.
    const lines = await linesOf(async () => {
      await issuer.token({ grant_type: 'client_credentials' }, wrong);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    });
    expect(lines.find(({ level }) => level === 'warn')?.clientId).toBe(issuer.client.clientId);
  });

  it('the operator’s log does not repeat an unknown client id, because it can be a secret', async () => {
    const swapped = { ...issuer.client, clientId: issuer.client.clientSecret };
    await issuer.token({ grant_type: 'client_credentials' }, swapped);
    await issuer.operator.get(issuer.authorizePath({ client_id: issuer.client.clientSecret }));
    expect(issuer.logLines.join('\n')).not.toContain(issuer.client.clientSecret);
  });

  it('the operator’s log gives more detail about a refused code than the sender gets', async () => {
    const code = await issuer.takeCode();
    await issuer.redeem(code);
    const { body } = await issuer.redeem(code);
    expect(body.error_description).toBe('The code is not valid.');
  });
});

describe('an approval that ends within 30 days', () => {
  /** Makes a store with one approval, starts again after the given number of days, and returns the logged lines. */
  async function warningsAfter(
    days: number,
    prepare: (of: IssuerUnderTest) => Promise<unknown>,
  ): Promise<Line[]> {
    const first = await IssuerUnderTest.start();
    await prepare(first);
    await first.receiver.close();
    const later = await IssuerUnderTest.start({}, first.folder, first.clock.aheadMs + days * dayMs);
    // This waits for the check that the start itself makes.
    await later.receiver.store.reader.knex('oauth_families');
    await new Promise((resolve) => setImmediate(resolve));
    const lines = later.logLines.map((line) => JSON.parse(line) as Line);
    await later.close();
    return lines.filter(({ endsAt }) => endsAt !== undefined);
  }

  const useFor =
    (days: number) =>
    async (of: IssuerUnderTest): Promise<void> => {
      let { refresh_token } = await of.takeTokens();
      for (let done = 0; done < days; done += 60) {
        of.clock.aheadMs += 60 * dayMs;
        refresh_token = (await of.refresh(refresh_token)).body.refresh_token;
      }
    };

  it('an approval that ends within 30 days is logged at the start, with its client and its end', async () => {
    const [line, ...more] = await warningsAfter(36, useFor(300));
    expect(line?.level).toBe('warn');
    expect(line?.msg).toMatch(/approval ends soon/);
    expect(line?.clientId).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(more).toEqual([]);
  });

  it('an approval is not logged 31 days before its end', async () => {
    expect(await warningsAfter(34, useFor(300))).toEqual([]);
  });

  it('the end of an approval is not logged when the client has been approved again', async () => {
    const again = async (of: IssuerUnderTest): Promise<void> => {
      await useFor(300)(of);
      of.clock.aheadMs += 1000;
      await of.takeTokens();
    };
    expect(await warningsAfter(36, again)).toEqual([]);
  });

  it('the end of an approval is not logged when it already expired after 90 days without use', async () => {
    expect(await warningsAfter(340, (of) => of.takeTokens())).toEqual([]);
  });
});
