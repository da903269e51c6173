import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IssuerUnderTest, password, pkcePair } from './issuer-under-test.ts';
import { runClient } from './client-command.ts';

let issuer: IssuerUnderTest;
/** The secrets that were issued or typed in during the run, by name. */
const issued = new Map<string, string>();
let stored: Buffer;
let whenClosed: Buffer;

function dump(): Buffer {
  const files = readdirSync(issuer.folder).filter((name) => name.startsWith('jet.sqlite'));
  return Buffer.concat(files.map((name) => readFileSync(join(issuer.folder, name))));
}

beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
  issued.set('console password', password);
  issued.set('client secret', issuer.client.clientSecret);
  issued.set('first client secret', issuer.receiver.firstStart?.clientSecret ?? '');
  const page = await issuer.operator.get(issuer.authorizePath());
  issued.set('csrf token before sign-in', page.csrf);
  await issuer.signIn();
  issued.set('csrf token', (await issuer.operator.get(issuer.authorizePath())).csrf);
  const cookie = decodeURIComponent([...issuer.operator.cookies.values()][0] ?? '');
  issued.set('session cookie', cookie);
  issued.set('session id', /^s:([^.]+)\./.exec(cookie)?.[1] ?? '');
  const { verifier, challenge } = pkcePair();
  const code = await issuer.takeCode({ code_challenge: challenge, code_challenge_method: 'S256' });
  issued.set('code', code);
  issued.set('code verifier', verifier);
  const first = (await issuer.redeem(code, { code_verifier: verifier })).body;
  issued.set('access token', first.access_token);
  issued.set('refresh token', first.refresh_token);
  const second = (await issuer.refresh(first.refresh_token)).body;
  issued.set('refreshed access token', second.access_token);
  issued.set('derived refresh token', second.refresh_token);
  issued.set('unredeemed code', await issuer.takeCode());
  const own = (await issuer.token({ grant_type: 'client_credentials' })).body;
  issued.set('access token of client credentials', own.access_token);
  await issuer.accepts(own.access_token);
  const { clientId } = issuer.client;
  const rotated = await runClient(issuer.folder, 'rotate', clientId, '--json');
  issued.set('rotated secret', (JSON.parse(rotated.stdout) as { clientSecret: string }).clientSecret);
  const minted = await runClient(issuer.folder, 'refresh-token', clientId, '--json');
  issued.set('minted refresh token', (JSON.parse(minted.stdout) as { refreshToken: string }).refreshToken);
  await issuer.redeem('stolen-code-of-somebody', { code_verifier: verifier });
  issued.set('made-up code', 'stolen-code-of-somebody');
  stored = dump();
  await issuer.receiver.close();
  whenClosed = dump();
});
afterAll(() => issuer.close());

const names = [
  ...['console password', 'client secret', 'first client secret', 'csrf token before sign-in', 'csrf token'],
  ...['session cookie', 'session id', 'code', 'code verifier', 'unredeemed code', 'made-up code'],
  ...['access token', 'refresh token', 'refreshed access token', 'derived refresh token'],
  ...['access token of client credentials', 'rotated secret', 'minted refresh token'],
];

describe('after a complete run', () => {
  it('the list of secrets is complete after a run', () => {
    expect([...issued.keys()].sort()).toEqual([...names].sort());
    expect([...issued.values()].filter((value) => value.length < 20)).toEqual([]);
  });

  it('the database file contains the run', () => {
    expect(stored.includes(issuer.client.clientId)).toBe(true);
  });

  it.each(names)('no %s is in the database or its write-ahead log', (name) => {
    expect(stored.includes(issued.get(name) ?? '')).toBe(false);
    expect(whenClosed.includes(issued.get(name) ?? '')).toBe(false);
  });

  it.each(names)('no %s is in the log', (name) => {
    expect(issuer.logLines.join('\n')).not.toContain(issued.get(name) ?? '');
  });
});
