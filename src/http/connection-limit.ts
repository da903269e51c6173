import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '../domain/log.ts';
import { descriptorsEnough, readDescriptorLimit } from './descriptor-limit.ts';

/** How many connections the server serves, and how many more it takes only to turn their pushes away. */
export interface ConnectionRoom {
  readonly served: number;
  readonly turnedAway: number;
}

/** Files, databases and destinations need descriptors too: this many of the limit are kept for them, or an eighth. */
const keptMin = 40;
const keptMax = 128;
const servedMost = 10_000;
const turnedAwayMost = 1_000;

// Between two requests a busy client is idle for a moment, and a new one has not sent anything yet.
const restsAfterMs = 100;
const silentAfterMs = 1_000;

/** Shares out the descriptors of a process: three quarters of what it can spare serve connections. */
export function connectionRoom(descriptorLimit: number): ConnectionRoom {
  const kept = Math.min(keptMax, Math.max(keptMin, Math.floor(descriptorLimit / 8)));
  const spare = Math.max(8, descriptorLimit - kept);
  const served = Math.min(servedMost, Math.floor((spare * 3) / 4));
  return { served, turnedAway: Math.min(turnedAwayMost, spare - served) };
}

/** The room of this process. Logs a warning when its limit of file descriptors is low. */
export function findConnectionRoom(log: Log): ConnectionRoom {
  const limit = readDescriptorLimit() ?? descriptorsEnough;
  if (limit < descriptorsEnough)
    log.warn(
      {
        limit,
        remedy: `Raise it to ${descriptorsEnough} or more: LimitNOFILE= in the systemd unit, or ulimit -n`,
      },
      'The limit of open files is low; pushes over its share of connections are answered 503',
    );
  return connectionRoom(limit);
}

export interface ConnectionLimit {
  /** Watches the connections of a server, before it listens. */
  watch(server: Server): void;
  /** True when the connection came while all were taken, and none has been given up since. */
  isOver(socket: Socket): boolean;
}

interface Connection {
  /** Requests without a complete answer. */
  busy: number;
  /** Since when it has none. Milliseconds. */
  idleSinceMs: number;
  idleAfterMs: number;
  isOver: boolean;
}

/**
 * Keeps a process from running out of file descriptors. Over the limit, the connection that is idle longest is closed.
 * When none is idle, the new one is over the limit: its push is answered 503 instead of being reset.
 */
export function createConnectionLimit({ served, turnedAway }: ConnectionRoom): ConnectionLimit {
  const connections = new Map<Socket, Connection>();
  let over = 0;

  const longestIdle = (but?: Socket): Socket | undefined => {
    const nowMs = performance.now();
    let found: Socket | undefined;
    let sinceMs = Infinity;
    for (const [socket, { busy, idleSinceMs, idleAfterMs }] of connections) {
      const isIdle = socket !== but && busy === 0 && nowMs - idleSinceMs >= idleAfterMs;
      if (isIdle && idleSinceMs < sinceMs) [found, sinceMs] = [socket, idleSinceMs];
    }
    return found;
  };
  const forget = (socket: Socket): void => {
    if (connections.get(socket)?.isOver === true) over -= 1;
    connections.delete(socket);
  };
  /** Whether one more can be served; `but` is not given up for it. */
  const hasRoom = (but: Socket): boolean => {
    if (connections.size - over < served) return true;
    const idle = longestIdle(but);
    if (idle === undefined) return false;
    forget(idle);
    idle.destroySoon();
    return true;
  };
  const onConnection = (socket: Socket): void => {
    const connection = {
      ...{ busy: 0, idleSinceMs: performance.now() },
      ...{ idleAfterMs: silentAfterMs, isOver: false },
    };
    connection.isOver = !hasRoom(socket);
    connections.set(socket, connection);
    // Silent ones would fill the room in which pushes are turned away, and further pushes would be reset.
    const timer = connection.isOver ? setTimeout(endSilent, silentAfterMs, socket).unref() : undefined;
    if (connection.isOver) over += 1;
    socket.once('close', () => {
      clearTimeout(timer);
      forget(socket);
    });
  };
  const endSilent = (socket: Socket): void => {
    const connection = connections.get(socket);
    if (connection?.isOver === true && connection.busy === 0) socket.destroySoon();
  };
  const onRequest = ({ socket }: IncomingMessage, response: ServerResponse): void => {
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connection.busy += 1;
    response.once('close', () => {
      connection.busy -= 1;
      connection.idleSinceMs = performance.now();
      connection.idleAfterMs = restsAfterMs;
    });
    // At the limit connections take turns: each ends with its answer, which no request of the client can cross.
    if (connections.size >= served) response.setHeader('Connection', 'close');
  };
  return {
    watch(server) {
      server.maxConnections = served + turnedAway;
      server.on('connection', onConnection);
      // This one is reset. The next one finds a place.
      server.on('drop', () => longestIdle()?.destroySoon());
      server.prependListener('request', onRequest);
    },
    isOver(socket) {
      const connection = connections.get(socket);
      if (connection?.isOver !== true) return false;
      // A place may be free by now.
      if (!hasRoom(socket)) return true;
      connection.isOver = false;
      over -= 1;
      return false;
    },
  };
}
