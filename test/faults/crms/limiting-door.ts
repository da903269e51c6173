import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The answer that replaces a request. */
export interface Limit {
  readonly status: number;
  readonly body: unknown;
  /** The raw `Retry-After` header. Undefined: there is none. */
  readonly retryAfter: string | undefined;
}

/** A proxy for an HTTP API that can ask for a pause in any form. */
export interface LimitingDoor {
  readonly url: string;
  /** From now on, answers every request except those for tokens like this. Undefined lets requests through. */
  limit: Limit | undefined;
  /** When requests were refused, in epoch milliseconds. */
  readonly refusedAtMs: readonly number[];
  close(): Promise<void>;
}

export async function openLimitingDoor(target: string): Promise<LimitingDoor> {
  const refusedAtMs: number[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      if (door.limit !== undefined && incoming.url !== '/services/oauth2/token') {
        refusedAtMs.push(Date.now());
        const { status, body, retryAfter } = door.limit;
        const after = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
        response.writeHead(status, { 'content-type': 'application/json', ...after });
        response.end(JSON.stringify(body));
        return;
      }
      const { authorization = '', 'content-type': type = 'application/json' } = incoming.headers;
      const body = Buffer.concat(chunks);
      fetch(`${target}${incoming.url ?? ''}`, {
        method: incoming.method ?? 'GET',
        headers: { authorization, 'content-type': type },
        ...(body.length > 0 && { body }),
      })
        .then(async (answer) => {
          // The answer can hold the API's address, which must be this proxy's.
          const text = (await answer.text()).replaceAll(target, door.url);
          response.writeHead(answer.status, {
            'content-type': answer.headers.get('content-type') ?? 'text/plain',
          });
          response.end(text);
        })
        .catch(() => response.destroy());
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const door: LimitingDoor = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    limit: undefined,
    refusedAtMs,
    close() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
  return door;
}
