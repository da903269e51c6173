import { createHmac } from 'node:crypto';
import type { CookieOptions, Request } from 'express';
import type { Clock } from '../domain/clock.ts';
import { acceptedKeys, type SecretKeys } from '../store/secret-keys.ts';
import { callerNetwork } from './caller-address.ts';
import { equalInConstantTime, randomText } from './secrets.ts';

// The cookie does not sign anybody in. It only proves that somebody signed in with this browser before. Such a browser
// has its own throttle and queue, so attackers elsewhere cannot block its sign-in.
const lifetimeMs = 180 * 24 * 60 * 60_000;

/** Where a sign-in comes from, for the throttle and the queue. */
export interface SignInPlace {
  /** The key for the throttle: the browser if it signed in before, otherwise the network. */
  readonly key: string;
  readonly isKnownDevice: boolean;
}

export interface DeviceCookies {
  /** Finds out where a sign-in request comes from. */
  placeOf(request: Request): SignInPlace;
  /** Makes the cookie for a browser that has signed in: name, value and attributes. */
  create(): readonly [string, string, CookieOptions];
}

/**
 * Makes and reads the cookie of browsers that signed in before. Its value is an id, its expiry time, and a signature of
 * both under the secret key.
 */
export function createDeviceCookies(
  secretKeys: SecretKeys,
  publicUrl: string | undefined,
  clock: Clock,
): DeviceCookies {
  const secure = publicUrl?.startsWith('https:') === true;
  const name = secure ? '__Host-jet-device' : 'jet-device';

  const sign = (content: string, key = secretKeys.present): string =>
    createHmac('sha256', key).update(`device that signed in ${content}`).digest('base64url');

  const readDevice = (cookies: string): string | undefined => {
    const given = cookies.split(/; */).find((cookie) => cookie.startsWith(`${name}=`));
    const [, id, endsAtMs, signature] =
      /^=([A-Za-z0-9]{22})\.(\d{1,15})\.([\w-]{43})$/.exec(given?.slice(name.length) ?? '') ?? [];
    if (id === undefined || endsAtMs === undefined || signature === undefined) return undefined;
    const isOurs = acceptedKeys(secretKeys).some((key) =>
      equalInConstantTime(signature, sign(`${id}.${endsAtMs}`, key)),
    );
    return isOurs && clock() < Number(endsAtMs) ? id : undefined;
  };

  return {
    placeOf(request) {
      const device = readDevice(request.headers.cookie ?? '');
      return device === undefined
        ? { key: callerNetwork(request), isKnownDevice: false }
        : { key: `device ${device}`, isKnownDevice: true };
    },
    create() {
      const content = `${randomText(22)}.${clock() + lifetimeMs}`;
      const attributes = {
        httpOnly: true,
        sameSite: 'strict',
        secure,
        path: '/',
        maxAge: lifetimeMs,
      } as const;
      return [name, `${content}.${sign(content)}`, attributes];
    },
  };
}
