import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { connectionRoom, createConnectionLimit } from '../../src/http/connection-limit.ts';

describe('the limit of connections for file descriptors', () => {
  it.each([
    [64, { served: 18, turnedAway: 6 }],
    [1_024, { served: 672, turnedAway: 224 }],
    [65_536, { served: 10_000, turnedAway: 1_000 }],
    [Infinity, { served: 10_000, turnedAway: 1_000 }],
    [8, { served: 6, turnedAway: 2 }],
  ])('the limit of connections leaves room for files and databases under %d descriptors', (limit, room) => {
    expect(connectionRoom(limit)).toEqual(room);
  });
});

describe('over the limit of connections', () => {
  let server: Server;
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  /** A server for two connections. It never answers `/wait`, and answers every other path at once. */
  const listen = async (): Promise<void> => {
    const limit = createConnectionLimit({ served: 2, turnedAway: 2 });
    server = createServer((request, response) => {
      if (limit.isOver(request.socket)) response.writeHead(503).end();
      else if (request.url !== '/wait') response.end();
    });
    limit.watch(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  };
  const open = async (
    path: string,
  ): Promise<{ socket: Socket; text: () => string; isClosed: () => boolean }> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    let text = '';
    let closed = false;
    socket.on('data', (data) => (text += data.toString())).on('error', () => undefined);
    socket.on('close', () => (closed = true));
    const received = new Promise((resolve) => server.once('request', resolve));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await received;
    return { socket, text: () => text, isClosed: () => closed };
  };

  it('a connection over the limit closes the one that is idle longest, and is served', async () => {
    await listen();
    const idle = await open('/');
    await expect.poll(idle.text).toContain('200 OK');
    // Longer than the time that a connection is idle between two requests.
    await sleep(200);
    const busy = await open('/wait');
    const fresh = await open('/');
    await expect.poll(idle.isClosed).toBe(true);
    await expect.poll(fresh.text).toContain('200 OK');
    expect(busy.isClosed()).toBe(false);
  });

  it('any number of silent connections blocks no push', async () => {
    await listen();
    const port = (server.address() as AddressInfo).port;
    const silent = Array.from({ length: 20 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    sockets.push(...silent);
    const countOpen = (): number => silent.filter(({ closed }) => !closed).length;
    // The connections that were reset, and those that were accepted only to be refused.
    await expect.poll(countOpen).toBe(2);
    const fresh = await open('/');
    await expect.poll(fresh.text).toContain('200 OK');
    await expect.poll(countOpen).toBe(1);
  });

  it('a request is refused when no connection is idle', async () => {
    await listen();
    await open('/wait');
    await open('/wait');
    const over = await open('/');
    await expect.poll(over.text).toContain('503');
  });

  it('the next request gets a connection that has become free', async () => {
    await listen();
    const first = await open('/wait');
    await open('/wait');
    first.socket.destroy();
    await expect
      .poll(async () => {
        const next = await open('/');
        await expect.poll(next.text).toContain('HTTP/1.1');
        next.socket.destroy();
        return next.text();
      })
      .toContain('200 OK');
  });
});
