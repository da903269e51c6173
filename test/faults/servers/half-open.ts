import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A proxy whose connections can become silent, as when a line is cut and neither end notices. */
export interface HalfOpen {
  readonly port: number;
  /** From now on nothing arrives in either direction, on open and on new connections. */
  fallSilent(): void;
  /** New connections work again. Silent ones stay silent, as real ones do. */
  heal(): void;
  /** The number of open connections. */
  open(): number;
  close(): Promise<void>;
}

export async function startHalfOpen(target: { host: string; port: number }): Promise<HalfOpen> {
  const silent = new WeakSet<Socket>();
  const clients = new Set<Socket>();
  let allSilent = false;
  const server = createServer((client) => {
    const upstream = connect(target);
    clients.add(client);
    if (allSilent) silent.add(client);
    client.on('data', (bytes) => {
      if (!silent.has(client)) upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!silent.has(client)) client.write(bytes);
    });
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('close', () => {
      clients.delete(client);
      upstream.destroy();
    });
    upstream.on('close', () => {
      if (!silent.has(client)) client.destroy();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    fallSilent() {
      allSilent = true;
      for (const client of clients) silent.add(client);
    },
    heal: () => void (allSilent = false),
    open: () => clients.size,
    close() {
      for (const client of clients) client.destroy();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

/** A proxy for the server of a database URL, and the URL through the proxy. */
export async function throughHalfOpen(url: string): Promise<{ door: HalfOpen; url: string }> {
  const through = new URL(url);
  const port = Number(through.port || (through.protocol.startsWith('postgres') ? 5432 : 3306));
  const door = await startHalfOpen({ host: through.hostname, port });
  through.host = `127.0.0.1:${door.port}`;
  return { door, url: through.href };
}
