import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import { createLogger } from '../../src/app/logger.ts';
import { startReceiver, type Receiver } from '../../src/app/receiver.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { Visitor } from '../auth/oauth/visitor.ts';
import { freePort } from '../fixtures/free-port.ts';
import {
  consolePassword,
  signIn,
  startConsole,
  viewerPassword,
  type ConsoleUnderTest,
} from './console-under-test.ts';

let shown: ConsoleUnderTest;
beforeAll(async () => {
  shown = await startConsole();
});
afterAll(() => shown.close());

describe('the console', () => {
  it('the console asks a stranger for the password, and returns to the page', async () => {
    const visitor = shown.visitor();
    const { status, location } = await visitor.get('/console/audit?before=x');
    expect([status, location]).toEqual([303, '/console/sign-in?to=%2Fconsole%2Faudit%3Fbefore%3Dx']);
    const answer = await signIn(visitor, consolePassword, location);
    expect([answer.status, answer.location]).toEqual([303, '/console/audit?before=x']);
  });

  it('the sign-in returns to pages of the console only', async () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example/',
      '/console//evil.example',
      '/\\evil.example',
    ]) {
      const { location } = await signIn(
        shown.visitor(),
        consolePassword,
        `/console/sign-in?to=${encodeURIComponent(to)}`,
      );
      expect(location).toBe('/console');
    }
  });

  it('the console refuses a wrong password', async () => {
    const visitor = shown.visitor();
    expect((await signIn(visitor, 'wrong')).status).toBe(401);
    expect((await visitor.get('/console/audit')).status).toBe(303);
  });

  it('the console refuses a form without the token of its page', async () => {
    const visitor = shown.visitor();
    await visitor.get('/console/sign-in');
    const answer = await visitor.post('/console/sign-in', { password: consolePassword });
    expect(answer.status).toBe(403);
  });

  it('the console refuses a form from another site', async () => {
    const visitor = shown.visitor();
    const { csrf } = await visitor.get('/console/sign-in');
    const form = { token: csrf, password: consolePassword };
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect((await visitor.post('/console/sign-in', form, headers)).status).toBe(403);
    }
  });

  it('the sign-in gives a new id, in a cookie that scripts cannot read', async () => {
    const visitor = shown.visitor();
    await visitor.get('/console/sign-in');
    const before = visitor.cookies.get('jet-console');
    const { headers } = await signIn(visitor, consolePassword);
    expect(visitor.cookies.get('jet-console')).not.toBe(before);
    expect(headers.getSetCookie().find((text) => text.startsWith('jet-console='))).toMatch(
      /HttpOnly.*SameSite=Strict/,
    );
  });

  it('the session cookie is bound to https and the host behind a proxy with TLS', async () => {
    const proxied = await startConsole({ settings: { TRUST_PROXY: 'loopback' } });
    try {
      const { headers } = await proxied
        .visitor()
        .get('/console/sign-in', { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' });
      expect(headers.getSetCookie()[0]).toMatch(
        /^__Host-jet-console=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
      );
    } finally {
      await proxied.close();
    }
  });

  it('the sign-out ends the session', async () => {
    const visitor = await shown.signedIn();
    const { csrf } = await visitor.get('/console/audit');
    const kept = new Map(visitor.cookies);
    expect((await visitor.post('/console/sign-out', { token: csrf })).status).toBe(303);
    for (const [name, value] of kept) visitor.cookies.set(name, value);
    expect((await visitor.get('/console/audit')).status).toBe(303);
  });

  it('a viewer can read the console', async () => {
    const visitor = await shown.signedIn(viewerPassword);
    expect((await visitor.get('/console/audit')).text).toContain('class="who">viewer<');
  });

  it('the console slows down guesses, and the consent page counts them too', async () => {
    const guarded = await startConsole();
    try {
      const visitor = guarded.visitor();
      for (let guess = 0; guess < 11; guess += 1) await signIn(visitor, '');
      const { status, headers, text } = await signIn(visitor, consolePassword);
      expect([status, headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
      expect(text).toContain('so the password was not checked');
    } finally {
      await guarded.close();
    }
  });

  it('the console sends pages that browsers must not store, frame or index, and that load nothing from elsewhere', async () => {
    const visitor = await shown.signedIn();
    for (const path of ['/console/audit', '/console/sign-in', '/console/nothing']) {
      const { headers } = await visitor.get(path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-robots-tag')).toBe('noindex, nofollow');
      expect(headers.get('content-security-policy')).toContain(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'",
      );
    }
  });

  it('a stream without a session is answered 401, and not with the sign-in page', async () => {
    const { status } = await shown.visitor().get('/console/audit', { accept: 'text/event-stream' });
    expect(status).toBe(401);
  });

  it('sign-ins are written to the audit table', async () => {
    const visitor = await shown.signedIn();
    expect((await visitor.get('/console/audit')).text).toContain('signed in');
  });
});

/** Starts a receiver with a console on a store that an earlier one has left. */
async function restart(settings: Readonly<Record<string, string>>): Promise<Receiver> {
  const ports = { PORT: '0', CONSOLE_PORT: String(await freePort()) };
  const read = readSettings(
    { ...ports, ROLE: 'receive', CONSOLE_VIEWER_PASSWORD: viewerPassword, ...settings },
    adapters,
  );
  return startReceiver(read, adapters, createLogger('trace', { write: () => undefined }));
}

describe('a session of the console', () => {
  it('a session of the console ends when the password changes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jet-console-'));
    const settings = { DATABASE_URL: `sqlite:${join(folder, 'jet.sqlite')}` };
    try {
      const before = await startConsole({ settings });
      const signedIn = [await before.signedIn(), await before.signedIn(viewerPassword)];
      await before.close();
      const restarted = await restart({ ...settings, CONSOLE_PASSWORD: 'another-password-of-the-tests' });
      try {
        const statuses = signedIn.map(async ({ cookies }) => {
          const visitor = new Visitor(restarted.console?.url ?? '');
          for (const [name, value] of cookies) visitor.cookies.set(name, value);
          return (await visitor.get('/console/audit')).status;
        });
        // The viewer's password is as before, and so is the viewer's session.
        expect(await Promise.all(statuses)).toEqual([303, 200]);
      } finally {
        await restarted.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('a session of the console ends after 12 hours', async () => {
    let aheadMs = 0;
    const timed = await startConsole({ clock: () => Date.now() + aheadMs });
    try {
      const visitor = await timed.signedIn();
      aheadMs = 12 * 3_600_000 - 60_000;
      expect((await visitor.get('/console/audit')).status).toBe(200);
      aheadMs += 120_000;
      expect((await visitor.get('/console/audit')).status).toBe(303);
    } finally {
      await timed.close();
    }
  });
});
