import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import type { LimitedLog } from '../domain/limited-log.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import { messagesOf } from './messages.ts';

export interface RunningServer {
  /** The address of the server, for people. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting connections and waits for the requests in flight, at most this long. */
  close(withinMs: number): Promise<void>;
}

/** Starts to listen. Slow senders are disconnected: headers must arrive within 10 s, a whole request within 15 s. */
export async function startServer(
  app: Express,
  host: string,
  port: number,
  limit: ConnectionLimit,
  log: LimitedLog,
): Promise<RunningServer> {
  const server = createServer(
    {
      ...messagesOf(app),
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      request.url = originForm(request.url ?? '');
      app(request, response);
    },
  );
  limit.watch(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // Without this listener, a connection that fails for lack of file descriptors would end the process.
  server.on('error', (error) =>
    log.error({ error }, 'A connection could not be accepted. The server keeps running'),
  );
  server.on('drop', () =>
    log.error(
      { connections: server.maxConnections },
      'A connection was reset, because all connections were in use. The server keeps running',
    ),
  );
  const address = server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shownHost}:${address.port}`,
    port: address.port,
    close: (withinMs) => closeServer(server, withinMs),
  };
}

/**
 * Removes scheme and host from a request target (RFC 9112 section 3.2). They mean nothing here, and the host may be one
 * that `URL` cannot parse. Also joins several slashes at the beginning: a base address with a slash at its end makes them.
 */
function originForm(target: string): string {
  if (target === '*') return target;
  return target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/^\/*/, '/');
}

async function closeServer(server: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection becomes idle when its request in flight was answered. If it stayed open, the server could not close.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  const timer = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
}
