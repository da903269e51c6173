import { isIP } from 'node:net';
import type { Request } from 'express';

/**
 * Gives the caller's address for logs: an IP address of at most 45 characters, or `unknown` after the connection has
 * closed. Behind proxies listed in `TRUST_PROXY`, it is the address that they forward. If they forward something that
 * is not an address, it is the address of the connection.
 */
export function callerAddress(request: Request): string {
  return readAddress(request.ip) ?? readAddress(request.socket.remoteAddress) ?? 'unknown';
}

/**
 * Gives the caller's network, as a key for throttles: an IPv4 address, or the first 64 bits of an IPv6 address. One
 * subscriber usually owns all IPv6 addresses with the same 64 bits.
 */
export function callerNetwork(request: Request): string {
  const address = callerAddress(request);
  return isIP(address) === 6 ? `${groupsOf(address).slice(0, 4).join(':')}::/64` : address;
}

const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * True for a request from this machine that no proxy forwarded. Its `Host` must be this machine or the public address,
 * which prevents DNS rebinding. A web page in a local browser can make its own host name resolve to a loopback address.
 * But its requests have that name as `Host`.
 *
 * @param publicUrl `PUBLIC_URL`
 */
export function isFromThisMachine({ headers, socket }: Request, publicUrl: string | undefined): boolean {
  if (forwardingHeaders.some((name) => headers[name] !== undefined)) return false;
  const host = readHost(headers.host);
  if (host === undefined) return false;
  const isOwnHost = host === 'localhost' || isLoopback(readAddress(host));
  const isPublicHost = publicUrl !== undefined && host === withoutLastDot(new URL(publicUrl).hostname);
  return (isOwnHost || isPublicHost) && isLoopback(readAddress(socket.remoteAddress));
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || address?.startsWith('127.') === true;
}

/** Gives the canonical host name or address of a `Host` header, without the port; undefined for an invalid header. */
function readHost(header: string | undefined): string | undefined {
  // With one of these characters, the URL parser would treat a part of the text as user, path, query or fragment.
  if (header === undefined || /[\s@/?#\\]/.test(header)) return undefined;
  const url = URL.parse(`http://${header}`);
  return url === null ? undefined : withoutLastDot(url.hostname);
}

function withoutLastDot(host: string): string {
  return host.replace(/\.$/, '');
}

/** Reads an address. It removes a port (some proxies add one) and a zone, and unwraps IPv4 inside IPv6. */
function readAddress(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 100) return undefined;
  const bare = text
    .replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/%.*$/, '');
  const version = isIP(bare);
  if (version === 0) return undefined;
  return (version === 6 ? mappedAddress(bare) : undefined) ?? bare;
}

/** Gives the IPv4 address inside an IPv6 address of `::ffff:0:0/96`, in any notation. */
function mappedAddress(address: string): string | undefined {
  const groups = groupsOf(address);
  if (groups.slice(0, 6).join(':') !== '0:0:0:0:0:ffff') return undefined;
  const bytes = groups.slice(6).flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
  return bytes.join('.');
}

/** Gives the eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  // The URL parser writes the host in canonical form (RFC 5952), with an embedded IPv4 address in hexadecimal.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const first = before === '' ? [] : before.split(':');
  const last = after === undefined || after === '' ? [] : after.split(':');
  return [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last];
}
