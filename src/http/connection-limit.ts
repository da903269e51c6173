import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '../domain/log.ts';
import { descriptorsEnough, readDescriptorLimit } from './descriptor-limit.ts';

/** How many connections are served, and how many more are accepted only to answer their pushes with 503. */
export interface ConnectionRoom {
  readonly served: number;
  readonly turnedAway: number;
}

/** One eighth of the descriptors, within these bounds, is reserved for files, databases and destinations. */
const keptMin = 40;
const keptMax = 128;
const servedMax = 10_000;
const turnedAwayMax = 1_000;

// Between two requests a busy client is briefly idle, and a new client has not sent anything yet.
const restsAfterMs = 100;
const silentAfterMs = 1_000;

/** Divides the descriptors of a process: three quarters of the spare ones are for served connections. */
export function connectionRoom(descriptorLimit: number): ConnectionRoom {
  const kept = Math.min(keptMax, Math.max(keptMin, Math.floor(descriptorLimit / 8)));
  const spare = Math.max(8, descriptorLimit - kept);
  const served = Math.min(servedMax, Math.floor((spare * 3) / 4));
  return { served, turnedAway: Math.min(turnedAwayMax, spare - served) };
}

/** The connection limits of this process. Logs a warning when its limit of file descriptors is low. */
export function findConnectionRoom(log: Log): ConnectionRoom {
  const limit = readDescriptorLimit() ?? descriptorsEnough;
  if (limit < descriptorsEnough)
    log.warn(
      {
        limit,
        remedy: `Raise it to ${descriptorsEnough} or more: LimitNOFILE= in the systemd unit, or ulimit -n`,
      },
      'The limit of open files is low: when all connections are in use, further pushes are answered 503',
    );
  return connectionRoom(limit);
}

export interface ConnectionLimit {
  /** Starts to watch the connections of a server. Call it before the server listens. */
  watch(server: Server): void;
  /** True when the connection came while all connections were in use, and none has become free since. */
  isOver(socket: Socket): boolean;
}

interface Connection {
  /** Requests without a complete answer. */
  busy: number;
  /** The time of the last complete answer, in milliseconds. */
  idleSinceMs: number;
  idleAfterMs: number;
  isOver: boolean;
}

/**
 * Keeps a process from running out of file descriptors. Over the limit, the connection that is idle longest is closed.
 * If no connection is idle, the new connection is over the limit: its push is answered 503 instead of being reset.
 */
export function createConnectionLimit({ served, turnedAway }: ConnectionRoom): ConnectionLimit {
  const connections = new Map<Socket, Connection>();
  let over = 0;

  const longestIdle = (except?: Socket): Socket | undefined => {
    const nowMs = performance.now();
    let found: Socket | undefined;
    let sinceMs = Infinity;
    for (const [socket, { busy, idleSinceMs, idleAfterMs }] of connections) {
      const isIdle = socket !== except && busy === 0 && nowMs - idleSinceMs >= idleAfterMs;
      if (isIdle && idleSinceMs < sinceMs) [found, sinceMs] = [socket, idleSinceMs];
    }
    return found;
  };
  const forget = (socket: Socket): void => {
    if (connections.get(socket)?.isOver === true) over -= 1;
    connections.delete(socket);
  };
  /** Whether one more connection can be served. The connection `except` is not closed for it. */
  const hasRoom = (except: Socket): boolean => {
    if (connections.size - over < served) return true;
    const idle = longestIdle(except);
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
    // Silent connections over the limit must end. Otherwise they use up the places for 503 answers, and pushes are reset.
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
    // At the limit each connection closes with its answer, so that no request of the client can cross the close.
    if (connections.size >= served) response.setHeader('Connection', 'close');
  };
  return {
    watch(server) {
      server.maxConnections = served + turnedAway;
      server.on('connection', onConnection);
      // This connection is reset. Closing an idle one makes a place for the next.
      server.on('drop', () => longestIdle()?.destroySoon());
      server.prependListener('request', onRequest);
    },
    isOver(socket) {
      const connection = connections.get(socket);
      if (connection?.isOver !== true) return false;
      // A place may have become free.
      if (!hasRoom(socket)) return true;
      connection.isOver = false;
      over -= 1;
      return false;
    },
  };
}
