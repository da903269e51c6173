import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callback, IssuerUnderTest, times } from './issuer-under-test.ts';

let issuer: IssuerUnderTest;
beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
});
afterAll(() => issuer.close());

const dayMs = 86_400_000;

describe('a refresh (RFC 6749 section 6)', () => {
  it('a refresh gives an access token that authenticates pushes, and a new refresh token', async () => {
    const first = await issuer.takeTokens();
    const { status, body } = await issuer.refresh(first.refresh_token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'webhooks' });
    expect(body.refresh_token).not.toBe(first.refresh_token);
    expect(await issuer.accepts(body.access_token)).toBe(true);
  });

  it('a refresh ignores a wider scope', async () => {
    const { refresh_token } = await issuer.takeTokens();
    const { body } = await issuer.token({
      grant_type: 'refresh_token',
      refresh_token,
      scope: 'webhooks admin',
    });
    expect(body.scope).toBe('webhooks');
  });

  it('twenty equal refreshes at once give one refresh token, and twenty access tokens that work', async () => {
    const first = await issuer.takeTokens();
    const answers = await times(20, () => issuer.refresh(first.refresh_token));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    expect(await issuer.accepts(answers[19]?.body.access_token ?? '')).toBe(true);
  });

  it('refreshes with the old and the new token at once result in one valid refresh token', async () => {
    const first = await issuer.takeTokens();
    const second = (await issuer.refresh(first.refresh_token)).body;
    const answers = await times(20, () => issuer.refresh(second.refresh_token));
    const [successor] = new Set(answers.map(({ body }) => body.refresh_token));
    expect((await issuer.refresh(successor ?? '')).status).toBe(200);
  });
});

describe('the old refresh token', () => {
  it('the old refresh token is valid until its successor is first used', async () => {
    const first = await issuer.takeTokens();
    await issuer.refresh(first.refresh_token);
    expect((await issuer.refresh(first.refresh_token)).status).toBe(200);
  });

  it('the old refresh token gives the same successor again, so that a lost answer locks nobody out', async () => {
    const first = await issuer.takeTokens();
    const lost = (await issuer.refresh(first.refresh_token)).body;
    const again = (await issuer.refresh(first.refresh_token)).body;
    expect(again.refresh_token).toBe(lost.refresh_token);
  });

  it('the old refresh token works fifty times for a client that never stores the new one', async () => {
    const { refresh_token } = await issuer.takeTokens();
    for (let number = 0; number < 50; number += 1) {
      issuer.clock.aheadMs += 3_600_000;
      expect((await issuer.refresh(refresh_token)).status).toBe(200);
    }
  });

  it('the old refresh token is refused once its successor was used', async () => {
    const first = await issuer.takeTokens();
    const second = (await issuer.refresh(first.refresh_token)).body;
    await issuer.refresh(second.refresh_token);
    expect((await issuer.refresh(first.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('an ended refresh token revokes the whole approval, including the newest refresh token', async () => {
    const first = await issuer.takeTokens();
    const second = (await issuer.refresh(first.refresh_token)).body;
    const third = (await issuer.refresh(second.refresh_token)).body;
    await issuer.refresh(first.refresh_token);
    expect((await issuer.refresh(third.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('an ended refresh token revokes every access token of the approval', async () => {
    const first = await issuer.takeTokens();
    const second = (await issuer.refresh(first.refresh_token)).body;
    const third = (await issuer.refresh(second.refresh_token)).body;
    await issuer.refresh(first.refresh_token);
    const all = [first, second, third].map(({ access_token }) => issuer.accepts(access_token));
    expect(await Promise.all(all)).toEqual([false, false, false]);
  });

  it('an ended refresh token does not revoke another approval of the same client', async () => {
    const other = await issuer.takeTokens();
    const first = await issuer.takeTokens();
    const second = (await issuer.refresh(first.refresh_token)).body;
    await issuer.refresh(second.refresh_token);
    await issuer.refresh(first.refresh_token);
    expect((await issuer.refresh(other.refresh_token)).status).toBe(200);
  });

  it('an ended refresh token revokes the approval even if it was replaced ten times', async () => {
    const first = await issuer.takeTokens();
    let { refresh_token } = first;
    for (let number = 0; number < 10; number += 1)
      refresh_token = (await issuer.refresh(refresh_token)).body.refresh_token;
    await issuer.refresh(first.refresh_token);
    expect((await issuer.refresh(refresh_token)).status).toBe(400);
  });
});

describe('an approval', () => {
  it('an approval is valid after 89 days without use', async () => {
    const { refresh_token } = await issuer.takeTokens();
    issuer.clock.aheadMs += 89 * dayMs;
    expect((await issuer.refresh(refresh_token)).status).toBe(200);
  });

  it('an approval expires after 90 days without use', async () => {
    const { refresh_token } = await issuer.takeTokens();
    issuer.clock.aheadMs += 90 * dayMs;
    expect((await issuer.refresh(refresh_token)).body.error).toBe('invalid_grant');
  });

  it('an approval expires after 365 days, no matter how often it is used', async () => {
    let { refresh_token } = await issuer.takeTokens();
    const statuses: number[] = [];
    for (let days = 0; days < 365; days += 73) {
      issuer.clock.aheadMs += 73 * dayMs;
      const { status, body } = await issuer.refresh(refresh_token);
      statuses.push(status);
      refresh_token = body.refresh_token;
    }
    expect(statuses).toEqual([200, 200, 200, 200, 400]);
  });

  it('an approval gives access tokens that expire after an hour', async () => {
    const { access_token } = await issuer.takeTokens();
    issuer.clock.aheadMs += 3_590_000;
    expect(await issuer.accepts(access_token)).toBe(true);
    issuer.clock.aheadMs += 10_000;
    expect(await issuer.accepts(access_token)).toBe(false);
  });
});

describe('a stranger with a stolen refresh token', () => {
  it('a stranger with a stolen refresh token gets invalid_client with a wrong secret, and the token stays valid', async () => {
    const { refresh_token } = await issuer.takeTokens();
    const answer = await issuer.refresh(refresh_token, { ...issuer.client, clientSecret: 'guessed' });
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    expect((await issuer.refresh(refresh_token)).status).toBe(200);
  });

  it('a stranger with a stolen refresh token gets invalid_grant as another client, and the token stays valid', async () => {
    const { refresh_token } = await issuer.takeTokens();
    const other = await issuer.createClient([callback], 'Other');
    const answer = await issuer.refresh(refresh_token, other);
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
    expect((await issuer.refresh(refresh_token)).status).toBe(200);
  });

  it('a stranger cannot revoke the approval with a replaced token as another registered client', async () => {
    const first = await issuer.takeTokens();
    const second = (await issuer.refresh(first.refresh_token)).body;
    const third = (await issuer.refresh(second.refresh_token)).body;
    const other = await issuer.createClient([callback], 'Other');
    await issuer.refresh(first.refresh_token, other);
    expect((await issuer.refresh(third.refresh_token)).status).toBe(200);
  });

  it('a stranger cannot use a stolen refresh token as an access token', async () => {
    expect(await issuer.accepts((await issuer.takeTokens()).refresh_token)).toBe(false);
  });
});
