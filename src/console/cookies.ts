import type { Request } from 'express';

/** The value of a cookie of a request. Undefined when there is none. */
export function readCookie(request: Request, name: string): string | undefined {
  const given = (request.headers.cookie ?? '').split(/; */).find((cookie) => cookie.startsWith(`${name}=`));
  return given?.slice(name.length + 1);
}

/** The name and the attributes of a cookie of the console. It is bound to this host where the browser uses https. */
export function consoleCookie(
  request: Request,
  name: string,
): { name: string; attributes: { httpOnly: true; sameSite: 'strict'; secure: boolean; path: '/' } } {
  // Behind a trusted proxy, the proxy says whether the browser uses https.
  const { secure } = request;
  return {
    name: secure ? `__Host-${name}` : name,
    attributes: { httpOnly: true, sameSite: 'strict', secure, path: '/' },
  };
}
