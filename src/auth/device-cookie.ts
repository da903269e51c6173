import { createHmac } from 'node:crypto';
import type { CookieOptions, Request } from 'express';
import type { Clock } from '../domain/clock.ts';
import { acceptedKeys, type SecretKeys } from '../store/secret-keys.ts';
import { callerNetwork } from './caller-address.ts';
import { equalInConstantTime, randomText } from './secrets.ts';

// It signs nobody in. It says that somebody signed in with this browser before, so that attackers elsewhere cannot
// block its sign-in, or fill its queue.
const lifetimeMs = 180 * 24 * 60 * 60_000;

/** Who asks to sign in, for the throttle and for the queue. */
export interface SignInPlace {
  /** The key in the throttle: a browser that signed in before, or else the network. */
  readonly key: string;
  readonly isKnownDevice: boolean;
}

export interface DeviceCookies {
  /** Finds the place of a request. */
  placeOf(request: Request): SignInPlace;
  /** Makes the cookie for a browser that signed in: name, value and attributes. */
  create(): readonly [string, string, CookieOptions];
}

/**
 * Makes and reads the cookie of browsers that signed in. Its value is signed: an id, the time of its end, and a code of
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
    const [, id, endsAtMs, code] =
      /^=([A-Za-z0-9]{22})\.(\d{1,15})\.([\w-]{43})$/.exec(given?.slice(name.length) ?? '') ?? [];
    if (id === undefined || endsAtMs === undefined || code === undefined) return undefined;
    const isOurs = acceptedKeys(secretKeys).some((key) =>
      equalInConstantTime(code, sign(`${id}.${endsAtMs}`, key)),
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
