import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { messagesOf } from './messages.ts';

export interface RunningServer {
  /** Where it listens, for people. */
  readonly url: string;
  readonly port: number;
  /** Stops taking connections and waits for the requests in flight, at most this long. */
  close(withinMs: number): Promise<void>;
}

/** Starts to listen. Slow senders are cut off: headers within 10 s, a whole request within 15 s. */
export async function startServer(app: Express, host: string, port: number): Promise<RunningServer> {
  const server = createServer(
    {
      ...messagesOf(app),
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
    },
    app,
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shownHost}:${address.port}`,
    port: address.port,
    close: (withinMs) => closeServer(server, withinMs),
  };
}

async function closeServer(server: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection is idle again once its request in flight was answered; kept open, it would hold up the end.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  const timer = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
}
