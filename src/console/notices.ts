import { createHmac } from 'node:crypto';
import type { Request, Response } from 'express';
import { equalInConstantTime } from '../auth/secrets.ts';
import type { SecretKeys } from '../store/secret-keys.ts';
import { consoleCookie, readCookie } from './cookies.ts';

const cookieName = 'jet-console-notice';
const textMax = 400;
const shownWithinMs = 60_000;

/** Carries one sentence from a form to the page that follows it: "The client is revoked." */
export interface Notices {
  leave(request: Request, response: Response, text: string): void;
  /** Reads the sentence and removes it, so that it shows once. */
  take(request: Request, response: Response): string | undefined;
}

/** The sentence travels in a signed cookie, so that it works with several processes and nobody else can write it. */
export function createNotices({ present }: SecretKeys): Notices {
  const sign = (content: string): string =>
    createHmac('sha256', present).update(`notice of the console ${content}`).digest('base64url');
  return {
    leave(request, response, text) {
      const { name, attributes } = consoleCookie(request, cookieName);
      const content = Buffer.from(text.slice(0, textMax)).toString('base64url');
      response.cookie(name, `${content}.${sign(content)}`, { ...attributes, maxAge: shownWithinMs });
    },
    take(request, response) {
      const { name, attributes } = consoleCookie(request, cookieName);
      const [content, signature] = readCookie(request, name)?.split('.') ?? [];
      if (content === undefined || signature === undefined) return undefined;
      response.clearCookie(name, attributes);
      return equalInConstantTime(signature, sign(content))
        ? Buffer.from(content, 'base64url').toString('utf8')
        : undefined;
    },
  };
}
