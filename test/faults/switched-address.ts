import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** An address that can lead to another server, as a virtual IP or a name in DNS does. */
export interface SwitchedAddress {
  readonly port: number;
  /** New connections lead there. The open ones keep their server. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

export async function openSwitchedAddress(first: number): Promise<SwitchedAddress> {
  let target = first;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: target });
    client.pipe(upstream).pipe(client);
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
    leadTo(port) {
      target = port;
    },
    close() {
      sockets.forEach((socket) => socket.destroy());
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
