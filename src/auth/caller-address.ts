import { isIP } from 'node:net';
import type { Request } from 'express';

/**
 * The address that sends a request, for logs: an IP address of at most 45 characters, or `unknown` once the connection
 * is gone. Behind proxies that `TRUST_PROXY` names it is the one that they forward. A forwarded text that is no address
 * counts for nothing: the connection's own address is taken.
 */
export function callerAddress(request: Request): string {
  return readAddress(request.ip) ?? readAddress(request.socket.remoteAddress) ?? 'unknown';
}

/**
 * The network that sends a request, as the key of a throttle: an IPv4 address, or the first 64 bits of an IPv6 address,
 * since one subscriber holds all addresses behind them.
 */
export function callerNetwork(request: Request): string {
  const address = callerAddress(request);
  return isIP(address) === 6 ? `${groupsOf(address).slice(0, 4).join(':')}::/64` : address;
}

const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * True for a request from this machine that no proxy forwarded and that names this machine or the public address. A web
 * page in a browser here can also send requests from this machine: its own host name then resolves to a loopback address
 * (DNS rebinding). Its requests carry that name as `Host`.
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

/** The canonical host name or address in a `Host` header, without its port; undefined for a text that is no host. */
function readHost(header: string | undefined): string | undefined {
  // A URL would read what comes before an `@`, or after these others, as something else than the host.
  if (header === undefined || /[\s@/?#\\]/.test(header)) return undefined;
  const url = URL.parse(`http://${header}`);
  return url === null ? undefined : withoutLastDot(url.hostname);
}

function withoutLastDot(host: string): string {
  return host.replace(/\.$/, '');
}

/** Reads an address. Takes off the port that some proxies add, the zone, and the IPv6 around an IPv4 address. */
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

/** The IPv4 address inside an IPv6 one of `::ffff:0:0/96`, however it is written. */
function mappedAddress(address: string): string | undefined {
  const groups = groupsOf(address);
  if (groups.slice(0, 6).join(':') !== '0:0:0:0:0:ffff') return undefined;
  const bytes = groups.slice(6).flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
  return bytes.join('.');
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  // A URL's host is the canonical form (RFC 5952), with an embedded IPv4 address in hexadecimal.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const first = before === '' ? [] : before.split(':');
  const last = after === undefined || after === '' ? [] : after.split(':');
  return [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last];
}
