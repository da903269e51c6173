import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';

/** Connections that are kept open. Each carries one request at a time, so that it can be ended with its request. */
export interface Connections {
  /** One that nothing else goes over until it is given back. */
  take(): HttpAgent;
  /** After a request that came to its end. */
  giveBack(agent: HttpAgent): void;
  /** After one that did not: whatever is under way on it ends. */
  end(agent: HttpAgent): void;
  close(): void;
}

export function createConnections(baseUrl: string): Connections {
  const options = { keepAlive: true, maxSockets: 1 };
  const isSecure = baseUrl.startsWith('https:');
  const idle: HttpAgent[] = [];
  const open = new Set<HttpAgent>();
  const end = (agent: HttpAgent): void => {
    open.delete(agent);
    agent.destroy();
  };
  return {
    take() {
      const agent = idle.pop() ?? (isSecure ? new HttpsAgent(options) : new HttpAgent(options));
      open.add(agent);
      return agent;
    },
    giveBack(agent) {
      if (open.has(agent)) idle.push(agent);
    },
    end,
    close() {
      idle.length = 0;
      for (const agent of open) end(agent);
    },
  };
}

/** The socket that a request is using just now. */
export function socketInUse(agent: HttpAgent): Socket | undefined {
  return Object.values(agent.sockets).flat()[0];
}
