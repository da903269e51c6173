import { afterEach, describe, expect, it } from 'vitest';
import { rotateClientSecret, type ClientCredentials } from '../../../src/auth/clients.ts';
import { createDeviceCookies } from '../../../src/auth/device-cookie.ts';
import { readClient } from '../../../src/store/oauth/oauth-rows.ts';
import { writeTombstones } from '../../../src/store/upkeep/tombstones.ts';
import { IssuerUnderTest, newFolder, password } from './issuer-under-test.ts';
import type { Visitor } from './visitor.ts';

const oldKey = 'the-old-key-of-the-tests-0123456789';
const newKey = 'the-new-key-of-the-tests-0123456789';
const before = { SECRET_KEY: oldKey };
const during = { SECRET_KEY: newKey, SECRET_KEY_PREVIOUS: oldKey };
const after = { SECRET_KEY: newKey };

let issuer: IssuerUnderTest;
const others: IssuerUnderTest[] = [];
afterEach(async () => {
  for (const other of others.splice(0)) await other.receiver.close();
  await issuer.close();
});

/** Restarts on the same folder with other keys. The client stays the same. */
async function restart(settings: Record<string, string>): Promise<void> {
  const { folder, client } = issuer;
  await issuer.receiver.close();
  issuer = await IssuerUnderTest.start(settings, folder);
  issuer.client = client;
}

function sameBrowser(visitor: Visitor, at = issuer): Visitor {
  const same = at.visitor();
  for (const [name, value] of visitor.cookies) same.cookies.set(name, value);
  return same;
}

async function statusOf(client: ClientCredentials, at = issuer): Promise<number> {
  return (await at.token({ grant_type: 'client_credentials' }, client)).status;
}

describe('a client with a secret made under the previous key', () => {
  it('a client with an old secret gets tokens after the change, and after SECRET_KEY_PREVIOUS is removed', async () => {
    issuer = await IssuerUnderTest.start(before);
    await restart(during);
    expect(await statusOf(issuer.client)).toBe(200);
    expect(issuer.logLines.filter((line) => line.includes('now hashed under SECRET_KEY'))).toHaveLength(1);
    await restart(after);
    expect(await statusOf(issuer.client)).toBe(200);
    expect(await statusOf({ ...issuer.client, clientSecret: 'guessed' })).toBe(401);
  });

  it('a client gets no token after the removal of the previous key if it requested none in between', async () => {
    issuer = await IssuerUnderTest.start(before);
    await restart(during);
    await restart(after);
    expect(await statusOf(issuer.client)).toBe(401);
  });

  it('a client gets tokens with both secrets when one was rotated before the change of the key', async () => {
    issuer = await IssuerUnderTest.start(before);
    const { client } = issuer;
    const untilMs = issuer.now() + 3_600_000;
    const rotated = await rotateClientSecret(issuer.receiver.store, oldKey, client.clientId, untilMs);
    const both = [client, rotated ?? client];
    for (const keys of [during, after]) {
      await restart(keys);
      expect(await Promise.all(both.map((each) => statusOf(each)))).toEqual([200, 200]);
    }
  });

  it('a client’s secret is rehashed only once after a change of the key', async () => {
    issuer = await IssuerUnderTest.start(before);
    await restart(during);
    const { store } = issuer.receiver;
    await statusOf(issuer.client);
    const hashed = (await readClient(store, issuer.client.clientId))?.secretHash;
    await statusOf(issuer.client);
    expect((await readClient(store, issuer.client.clientId))?.secretHash).toBe(hashed);
  });
});

describe('a start under a changed key', () => {
  it.each([
    ['without the previous key', after, /^SECRET_KEY is not the key/],
    [
      'with a previous key that the client secrets were not made with',
      { ...after, SECRET_KEY_PREVIOUS: `third ${oldKey}` },
      /^Neither SECRET_KEY nor SECRET_KEY_PREVIOUS is the key/,
    ],
  ])('a start under a changed key %s is refused', async (_what, keys, message) => {
    issuer = await IssuerUnderTest.start(before);
    await issuer.receiver.close();
    await expect(IssuerUnderTest.start(keys, issuer.folder)).rejects.toThrow(message);
    issuer = await IssuerUnderTest.start(before, issuer.folder);
  });

  it('a start with both keys stores the mark of the new key, so that the old key alone is refused later', async () => {
    issuer = await IssuerUnderTest.start(before);
    await restart(during);
    await issuer.receiver.close();
    await expect(IssuerUnderTest.start(before, issuer.folder)).rejects.toThrow('SECRET_KEY is not the key');
    issuer = await IssuerUnderTest.start(after, issuer.folder);
  });
});

describe('a refresh across a change of the key', () => {
  it('a repeated refresh gives the successor that was made before the change of the key', async () => {
    issuer = await IssuerUnderTest.start(before);
    const first = await issuer.takeTokens();
    const lost = (await issuer.refresh(first.refresh_token)).body;
    await restart(during);
    const again = (await issuer.refresh(first.refresh_token)).body;
    expect(again.refresh_token).toBe(lost.refresh_token);
    const third = (await issuer.refresh(again.refresh_token)).body;
    expect((await issuer.refresh(again.refresh_token)).body.refresh_token).toBe(third.refresh_token);
    await restart(after);
    expect((await issuer.refresh(again.refresh_token)).body.refresh_token).toBe(third.refresh_token);
  });
});

describe('a browser across a change of the key', () => {
  it('a browser stays signed in across a change of the key, and an open form can still approve', async () => {
    issuer = await IssuerUnderTest.start(before);
    const path = issuer.authorizePath();
    const visitor = issuer.visitor();
    await visitor.submit(path, { step: 'sign-in', password });
    const { csrf } = await visitor.get(path);
    await restart(during);
    const same = sameBrowser(visitor);
    expect((await same.get(path)).isConsent).toBe(true);
    expect((await same.post(path, { csrf, step: 'approve' })).location).toContain('code=');
  });

  it('a browser must sign in again when the previous key is not set', async () => {
    issuer = await IssuerUnderTest.start(before);
    const path = issuer.authorizePath();
    const visitor = issuer.visitor();
    await visitor.submit(path, { step: 'sign-in', password });
    await restart(during);
    await restart(after);
    expect((await sameBrowser(visitor).get(path)).isSignIn).toBe(true);
  });

  it('a browser is still known as one that signed in before', () => {
    const cookiesUnder = (present: string, previous?: string) =>
      createDeviceCookies({ present, previous }, undefined, Date.now);
    const isKnown = (
      cookies: ReturnType<typeof cookiesUnder>,
      [name, value]: readonly [string, string, object],
    ) => cookies.placeOf({ headers: { cookie: `${name}=${value}` }, ip: '192.0.2.1' } as never).isKnownDevice;
    const earlier = cookiesUnder(oldKey).create();
    expect(isKnown(cookiesUnder(newKey, oldKey), earlier)).toBe(true);
    expect(isKnown(cookiesUnder(newKey), earlier)).toBe(false);
    expect(isKnown(cookiesUnder(newKey), cookiesUnder(newKey, oldKey).create())).toBe(true);
  });
});

describe('a removed call across a change of the key', () => {
  it('a removed call stays removed across a change of the key', async () => {
    issuer = await IssuerUnderTest.start(before);
    const { store } = issuer.receiver;
    await store.writer.knex.transaction((transaction) =>
      writeTombstones(store, transaction, ['removed'], oldKey, Date.now()),
    );
    await restart(during);
    const { access_token } = (await issuer.token({ grant_type: 'client_credentials' })).body;
    const answer = await issuer.ask('/webhooks/jet', {
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ callsessionid: 'removed', callStartTime: '2026-01-01T00:00:00Z' }),
    });
    expect(answer).toMatchObject({ status: 200, body: { warnings: [{ code: 'call_removed' }] } });
  });
});

describe('several processes that change the key one after another', () => {
  it('several processes that change the key one after another accept the same credentials at each step', async () => {
    const folder = newFolder();
    issuer = await IssuerUnderTest.start(before, folder);
    const { client } = issuer;
    await restart({ SECRET_KEY: oldKey, SECRET_KEY_PREVIOUS: newKey });
    const changed = await IssuerUnderTest.start(during, folder);
    others.push(changed);
    const processes = [issuer, changed, issuer];
    for (const each of processes) expect(await statusOf(client, each)).toBe(200);
    expect(await statusOf(changed.client, issuer)).toBe(200);

    const first = await issuer.takeTokens();
    const successors = new Set<string>();
    for (const each of [changed, issuer, changed])
      successors.add((await each.refresh(first.refresh_token, client)).body.refresh_token);
    expect(successors.size).toBe(1);

    const path = changed.authorizePath();
    const visitor = changed.visitor();
    await visitor.submit(path, { step: 'sign-in', password });
    expect((await sameBrowser(visitor, issuer).get(path)).isConsent).toBe(true);
  });
});
