import { createHmac } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Access, ConsolePasswords } from '../auth/console-passwords.ts';
import { equalInConstantTime, hashToken, isRandomText, randomText } from '../auth/secrets.ts';
import type { Clock } from '../domain/clock.ts';
import { deleteSession, readSession, writeSession } from '../store/oauth/sessions.ts';
import { acceptedKeys, type SecretKeys } from '../store/secret-keys.ts';
import type { Store } from '../store/store.ts';
import { isFromElsewhere, notOwnForm } from '../web/own-form.ts';
import { consoleCookie, readCookie } from './cookies.ts';

/** A signed-in person who asks for a page. */
export interface Visit {
  readonly access: Access;
  /** For the hidden field `token` of each form. */
  readonly formToken: string;
}

const lifetimeMs = 12 * 3_600_000;
const cookieName = 'jet-console';

const kept = z.object({
  console: z.enum(['operator', 'viewer']),
  passwordFingerprint: z.string(),
  endsAtMs: z.number(),
});

/** The sessions of the console. The browser has a random id, and the store has its hash. */
export interface ConsoleSessions {
  /** The visit of a request, or undefined when nobody is signed in. */
  readonly find: (request: Request) => Promise<Visit | undefined>;
  /** Signs in. The session has a new id, so that an id planted before the sign-in is worthless. */
  readonly open: (
    request: Request,
    response: Response,
    access: Access,
    passwordFingerprint: string,
  ) => Promise<void>;
  /** Signs out. */
  readonly end: (request: Request, response: Response) => Promise<void>;
  /** The form token of a browser that is not signed in yet. */
  readonly signInToken: (request: Request, response: Response) => string;
  /**
   * Accepts a form only from a page of the console in the same browser.
   *
   * @throws Problem `not_allowed`
   */
  readonly requireOwnForm: (request: Request, token: string | null) => void;
}

/** Sessions end after 12 hours, at the sign-out, and when their password changes. */
export function createConsoleSessions(
  store: Store,
  secretKeys: SecretKeys,
  passwords: Pick<ConsolePasswords, 'isCurrent'>,
  clock: Clock,
): ConsoleSessions {
  const formToken = (id: string, key = secretKeys.present): string =>
    createHmac('sha256', key).update(`form of the console ${id}`).digest('hex');

  const idOf = (request: Request): string | undefined => {
    const id = readCookie(request, consoleCookie(request, cookieName).name);
    return id !== undefined && isRandomText(id) ? id : undefined;
  };
  const giveId = (request: Request, response: Response, maxAge?: number): string => {
    const id = randomText();
    const { name, attributes } = consoleCookie(request, cookieName);
    response.cookie(name, id, { ...attributes, ...(maxAge !== undefined && { maxAge }) });
    return id;
  };

  return {
    async find(request) {
      const id = idOf(request);
      if (id === undefined) return undefined;
      const text = await readSession(store, hashToken(id), clock());
      if (text === undefined) return undefined;
      const { data } = kept.safeParse(JSON.parse(text));
      // The table also holds sessions of the consent page. Their data is different.
      if (data === undefined || data.endsAtMs <= clock()) return undefined;
      if (!(await passwords.isCurrent(data.console, data.passwordFingerprint))) {
        await deleteSession(store, hashToken(id));
        return undefined;
      }
      return { access: data.console, formToken: formToken(id) };
    },
    async open(request, response, access, passwordFingerprint) {
      const before = idOf(request);
      if (before !== undefined) await deleteSession(store, hashToken(before));
      const endsAtMs = clock() + lifetimeMs;
      const data = { console: access, passwordFingerprint, endsAtMs };
      await writeSession(
        store,
        hashToken(giveId(request, response, lifetimeMs)),
        JSON.stringify(data),
        endsAtMs,
      );
    },
    async end(request, response) {
      const id = idOf(request);
      if (id !== undefined) await deleteSession(store, hashToken(id));
      const { name, attributes } = consoleCookie(request, cookieName);
      response.clearCookie(name, attributes);
    },
    signInToken: (request, response) => formToken(idOf(request) ?? giveId(request, response)),
    requireOwnForm(request, token) {
      const id = idOf(request);
      const isOurs =
        id !== undefined &&
        token !== null &&
        acceptedKeys(secretKeys).some((key) => equalInConstantTime(token, formToken(id, key)));
      if (!isOurs || isFromElsewhere(request)) throw notOwnForm();
    },
  };
}
