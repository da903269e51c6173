import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapters } from '../../../adapters/index.ts';
import { createClient, type ClientCredentials } from '../../../src/auth/clients.ts';
import { loadSecretKey } from '../../../src/auth/secret-key.ts';
import { readSettings } from '../../../src/config/read-settings.ts';
import { createLogger } from '../../../src/app/logger.ts';
import { startReceiver, type Receiver } from '../../../src/app/receiver.ts';
import { Visitor, type Page } from './visitor.ts';

export const password = 'correct horse battery staple';
export const callback = 'https://jet.example.com/oauth/callback';

export type Parameters = Readonly<Record<string, string>>;

export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly access_token: string;
    readonly refresh_token: string;
    readonly token_type: string;
    readonly expires_in: number;
    readonly scope: string;
    readonly error: string;
    readonly error_description: string;
  };
}

/** A real receiver on loopback, with a clock that a test can move. */
export class IssuerUnderTest {
  readonly receiver: Receiver;
  readonly folder: string;
  readonly logLines: string[];
  readonly clock: { aheadMs: number };
  /** With one redirect URI: {@link callback}. */
  client!: ClientCredentials;
  /** The operator's browser. */
  readonly operator: Visitor;

  private readonly secretKey: string;

  private constructor(
    receiver: Receiver,
    folder: string,
    secretKey: string,
    logLines: string[],
    clock: { aheadMs: number },
  ) {
    this.receiver = receiver;
    this.folder = folder;
    this.secretKey = secretKey;
    this.logLines = logLines;
    this.clock = clock;
    this.operator = this.visitor();
  }

  static async start(settings: Parameters = {}, folder = newFolder(), aheadMs = 0): Promise<IssuerUnderTest> {
    const logLines: string[] = [];
    const clock = { aheadMs };
    const receiver = await startReceiver(
      readSettings(environmentOf(folder, settings), adapters),
      adapters,
      createLogger('trace', { write: (line) => void logLines.push(line) }),
      { clock: () => Date.now() + clock.aheadMs },
    );
    const secretKey = loadSecretKey(settings['SECRET_KEY'], join(folder, 'secret-key'));
    const issuer = new IssuerUnderTest(receiver, folder, secretKey, logLines, clock);
    issuer.client = await issuer.createClient([callback]);
    return issuer;
  }

  get url(): string {
    return this.receiver.server.url;
  }

  now(): number {
    return Date.now() + this.clock.aheadMs;
  }

  visitor(): Visitor {
    return new Visitor(this.url);
  }

  createClient(redirectUris: readonly string[], name = 'Jet'): Promise<ClientCredentials> {
    return createClient(this.receiver.store, this.secretKey, () => this.now(), { name, redirectUris });
  }

  /** Gives the path and query of an authorization request. An undefined parameter is omitted. */
  authorizePath(parameters: Readonly<Record<string, string | undefined>> = {}): string {
    const all: Readonly<Record<string, string | undefined>> = {
      ...{ response_type: 'code', client_id: this.client.clientId, redirect_uri: callback, state: 'a b&c' },
      ...parameters,
    };
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return `/oauth/authorize?${new URLSearchParams(given).toString()}`;
  }

  async signIn(visitor = this.operator, given = password): Promise<Page> {
    return visitor.submit(this.authorizePath(), { step: 'sign-in', password: given });
  }

  /** Approves a request as the operator. */
  async approve(parameters: Readonly<Record<string, string | undefined>> = {}): Promise<URL> {
    const path = this.authorizePath(parameters);
    if ((await this.operator.get(path)).isSignIn) await this.signIn();
    const { location, status, text } = await this.operator.submit(path, { step: 'approve' });
    if (location === undefined) throw new Error(`The approval was not redirected: ${status} ${text}`);
    return new URL(location);
  }

  async takeCode(parameters: Readonly<Record<string, string | undefined>> = {}): Promise<string> {
    return (await this.approve(parameters)).searchParams.get('code') ?? '';
  }

  /** Redeems a code as the client. */
  async takeTokens(): Promise<TokenAnswer['body']> {
    return (await this.redeem(await this.takeCode())).body;
  }

  redeem(code: string, more: Parameters = {}, client = this.client): Promise<TokenAnswer> {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: callback, ...more }, client);
  }

  refresh(refreshToken: string, client = this.client): Promise<TokenAnswer> {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken }, client);
  }

  /** Sends a form with the client's credentials to the token endpoint. */
  token(parameters: Parameters, client = this.client): Promise<TokenAnswer> {
    const form = new URLSearchParams(parameters);
    form.set('client_id', client.clientId);
    form.set('client_secret', client.clientSecret);
    return this.ask('/oauth/token', { body: form });
  }

  revoke(token: string, client = this.client): Promise<TokenAnswer> {
    const { clientId, clientSecret } = client;
    const form = { token, client_id: clientId, client_secret: clientSecret };
    return this.ask('/oauth/revoke', { body: new URLSearchParams(form) });
  }

  async ask(path: string, init: RequestInit): Promise<TokenAnswer> {
    const response = await fetch(`${this.url}${path}`, { method: 'POST', ...init });
    const { status, headers } = response;
    return { status, headers, body: (await response.json()) as TokenAnswer['body'] };
  }

  /** True when an access token authenticates a push. It waits a second first, because the verifier caches that long. */
  async accepts(accessToken: string): Promise<boolean> {
    this.clock.aheadMs += 1_000;
    const { status } = await fetch(`${this.url}/webhooks/jet`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ callsessionid: 'one' }),
    });
    return status === 200;
  }

  /** The logged refusals. */
  reasons(): string[] {
    return this.logLines
      .map((line) => JSON.parse(line) as { reason?: string })
      .flatMap(({ reason }) => (reason === undefined ? [] : [reason]));
  }

  async close(): Promise<void> {
    await this.receiver.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'jet-issuer-'));
}

/** The settings of a receiver with all its files in one folder. */
export function environmentOf(folder: string, settings: Parameters = {}): Record<string, string> {
  return {
    PORT: '0',
    CONSOLE_PORT: '0',
    ROLE: 'receive',
    ADAPTERS: 'none',
    CONSOLE_PASSWORD: password,
    DATABASE_URL: `sqlite:${join(folder, 'jet.sqlite')}`,
    ...settings,
  };
}

export function basic(id: string, secret: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

/** A PKCE pair: RFC 7636 section 4. */
export function pkcePair(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

export function times<Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_none, index) => work(index)));
}
