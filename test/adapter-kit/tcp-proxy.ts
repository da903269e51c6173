import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const cutSeenAfterMs = 50;

/** The state of the connections through a proxy. */
export type ProxyMode =
  | { readonly kind: 'open' }
  /** Every connection is cut at once. */
  | { readonly kind: 'cut' }
  /** Nothing that the client sends arrives. */
  | { readonly kind: 'silent' }
  /** What the client sends arrives late. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Once the client has sent this text, the server's next answer is lost and the connection is cut. */
  | { readonly kind: 'loses reply'; readonly after: string };

/** A proxy for a server with its own protocol, such as a database. */
export interface TcpProxy {
  readonly port: number;
  /** Changes the state. A change to `open` or `cut` first cuts the open connections. */
  turn(mode: ProxyMode): Promise<void>;
  /** New connections lead to this port, as after a change of a virtual IP or a name. The open ones keep their server. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

export async function startTcpProxy({ host, port }: { host: string; port: number }): Promise<TcpProxy> {
  let target = port;
  let mode: ProxyMode = { kind: 'open' };
  const sockets = new Set<Socket>();
  const cutAll = (): void => sockets.forEach((socket) => socket.destroy());
  const server = createServer((client) => {
    if (mode.kind === 'cut') {
      client.destroy();
      return;
    }
    const upstream = connect({ host, port: target });
    pipe(client, upstream, () => mode);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    async turn(next) {
      mode = next;
      if (next.kind !== 'open' && next.kind !== 'cut') return;
      cutAll();
      // The client must see it before it sends more.
      await sleep(cutSeenAfterMs);
    },
    leadTo(next) {
      target = next;
    },
    close() {
      cutAll();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

function pipe(client: Socket, upstream: Socket, currentMode: () => ProxyMode): void {
  let losesNext = false;
  client.on('data', (chunk) => {
    const mode = currentMode();
    if (mode.kind === 'silent') return;
    if (mode.kind === 'loses reply' && chunk.includes(mode.after)) losesNext = true;
    if (mode.kind === 'slow') setTimeout(() => upstream.write(chunk), mode.delayMs).unref();
    else upstream.write(chunk);
  });
  upstream.on('data', (chunk) => {
    if (losesNext) client.destroy();
    else client.write(chunk);
  });
}
