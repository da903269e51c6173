import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runClient } from './client-command.ts';
import { callback, IssuerUnderTest } from './issuer-under-test.ts';

let issuer: IssuerUnderTest;
beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
});
afterAll(() => issuer.close());

const client = (...words: string[]): ReturnType<typeof runClient> => runClient(issuer.folder, ...words);
const made = async <Answer>(...words: string[]): Promise<Answer> =>
  JSON.parse((await client(...words, '--json')).stdout) as Answer;

describe('refresh-token', () => {
  const mint = (clientId: string): Promise<{ clientId: string; refreshToken: string; expiresAt: string }> =>
    made('refresh-token', clientId);

  it('client refresh-token makes a token that its client can use', async () => {
    const { refreshToken } = await mint(issuer.client.clientId);
    const { status, body } = await issuer.refresh(refreshToken);
    expect(status).toBe(200);
    expect(await issuer.accepts(body.access_token)).toBe(true);
  });

  it('a token of client refresh-token works fifty times for a sender that keeps using it', async () => {
    const { refreshToken } = await mint(issuer.client.clientId);
    for (let number = 0; number < 50; number += 1)
      expect((await issuer.refresh(refreshToken)).status).toBe(200);
  });

  it('client refresh-token makes a token of letters and digits', async () => {
    expect((await mint(issuer.client.clientId)).refreshToken).toMatch(/^[A-Za-z0-9]{43}$/);
  });

  it('client refresh-token prints the expiry date, which is a year away', async () => {
    const { expiresAt } = await mint(issuer.client.clientId);
    const days = (Date.parse(expiresAt) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(365);
  });

  it('client refresh-token makes a token that another client cannot use', async () => {
    const { refreshToken } = await mint(issuer.client.clientId);
    const other = await issuer.createClient([callback], 'Other');
    expect((await issuer.refresh(refreshToken, other)).body.error).toBe('invalid_grant');
  });

  it('client refresh-token prints text for people without --json', async () => {
    const { stdout, exitCode } = await client('refresh-token', issuer.client.clientId);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/shown once[\s\S]*Refresh Token {2}[A-Za-z0-9]{43}\n {2}valid until/);
  });

  it.each([
    ['an unknown client', ['refresh-token', 'a'.repeat(24)]],
    ['no client', ['refresh-token']],
    ['an unknown option', ['refresh-token', 'x', '--forever']],
  ])('client refresh-token with %s is a usage error with exit code 2', async (_what, words) => {
    const { exitCode, stdout, stderr } = await client(...words);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
  });

  it('client refresh-token for a revoked client is refused', async () => {
    const gone = await issuer.createClient([], 'Gone');
    await client('revoke', gone.clientId);
    expect((await client('refresh-token', gone.clientId)).exitCode).toBe(2);
  });

  it('client refresh-token on a store that cannot be opened fails with exit code 1', async () => {
    const answer = await runClient('/dev/null/nowhere', 'refresh-token', 'x');
    expect(answer.exitCode).toBe(1);
  });
});

describe('revoke, from a process of its own,', () => {
  it('client revoke ends access tokens within a second, and codes, refresh tokens and credentials', async () => {
    const gone = await issuer.createClient([callback], 'Gone');
    const request = { client_id: gone.clientId };
    const { body } = await issuer.redeem(await issuer.takeCode(request), {}, gone);
    const code = await issuer.takeCode(request);
    const own = (await issuer.token({ grant_type: 'client_credentials' }, gone)).body;
    expect(await issuer.accepts(body.access_token)).toBe(true);
    expect(await issuer.accepts(own.access_token)).toBe(true);

    expect((await client('revoke', gone.clientId)).exitCode).toBe(0);

    expect(await issuer.accepts(body.access_token)).toBe(false);
    expect(await issuer.accepts(own.access_token)).toBe(false);
    expect((await issuer.refresh(body.refresh_token, gone)).body.error).toBe('invalid_client');
    expect((await issuer.redeem(code, {}, gone)).body.error).toBe('invalid_client');
    expect((await issuer.operator.get(issuer.authorizePath(request))).status).toBe(400);
  });

  it('client revoke does not affect other clients', async () => {
    const { access_token } = await issuer.takeTokens();
    const gone = await issuer.createClient([], 'Gone');
    await client('revoke', gone.clientId);
    expect(await issuer.accepts(access_token)).toBe(true);
  });
});

describe('rotate, from a process of its own,', () => {
  const credentials = { grant_type: 'client_credentials' };

  it('client rotate keeps both secrets valid until the old one expires', async () => {
    issuer.clock.aheadMs = 0;
    const before = await issuer.createClient([], 'Rotated');
    const { clientSecret } = await made<{ clientSecret: string }>('rotate', before.clientId, '--keep', '1h');
    const after = { ...before, clientSecret };
    expect((await issuer.token(credentials, before)).status).toBe(200);
    expect((await issuer.token(credentials, after)).status).toBe(200);
    issuer.clock.aheadMs += 3_601_000;
    expect((await issuer.token(credentials, before)).status).toBe(401);
    expect((await issuer.token(credentials, after)).status).toBe(200);
  });

  it('client rotate causes no refused request while it runs', async () => {
    issuer.clock.aheadMs = 0;
    const before = await issuer.createClient([], 'Rotated');
    const rotation = new AbortController();
    const statuses = new Set<number>();
    const traffic = (async () => {
      while (!rotation.signal.aborted) statuses.add((await issuer.token(credentials, before)).status);
    })();
    await client('rotate', before.clientId);
    rotation.abort();
    await traffic;
    expect([...statuses]).toEqual([200]);
  });

  it('a second client rotate says that the secret before the last is no longer valid', async () => {
    const { clientId } = await issuer.createClient([], 'Rotated');
    await client('rotate', clientId);
    expect((await client('rotate', clientId)).stdout).toContain('no longer valid');
  });
});

describe('redirect, from a process of its own,', () => {
  it('client redirect makes it possible to approve a client that had no redirect URI', async () => {
    const bare = await issuer.createClient([], 'Bare');
    const request = { client_id: bare.clientId };
    expect((await issuer.operator.get(issuer.authorizePath(request))).status).toBe(400);
    expect(await made('redirect', bare.clientId, '--add', callback)).toEqual({
      ...{ clientId: bare.clientId, redirectUris: [callback] },
    });
    expect((await issuer.redeem(await issuer.takeCode(request), {}, bare)).status).toBe(200);
  });
});

describe('list', () => {
  it('client list shows until when a client is approved', async () => {
    const approved = await issuer.createClient([], 'Approved');
    const { expiresAt } = await made<{ expiresAt: string }>('refresh-token', approved.clientId);
    const clients = await made<{ clientId: string; approvedUntil?: string }[]>('list');
    const [listed] = clients.filter(({ clientId }) => clientId === approved.clientId);
    expect(Date.parse(listed?.approvedUntil ?? '') - Date.parse(expiresAt)).toBeLessThan(60_000);
  });
});
