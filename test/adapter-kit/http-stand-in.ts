import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonValue } from '../../src/domain/jet-fields.ts';
import type { Fault, FaultName } from './subject.ts';

export interface StandInRequest {
  readonly method: string;
  /** The path with its query, from the slash on. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Parsed as JSON, otherwise the text. */
  readonly body: unknown;
  /** The record that must be refused now, by its idempotency key or its call's id. */
  readonly refuses: { readonly key: string; readonly callId: string } | undefined;
}

export interface StandInReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
}

export interface HttpStandInOptions {
  /** The API's normal answer. Its writes happen here. */
  readonly answer: (request: StandInRequest) => StandInReply;
  /** The API's own form of these refusals. By default: plain 401, 429 with `Retry-After` in seconds, and 503. */
  readonly refusal?: StandInReply;
  readonly slowDown?: (retryAfterMs: number) => StandInReply;
  readonly failure?: StandInReply;
}

/** An HTTP API on loopback that misbehaves on request. It can stage every fault of the kit. */
export interface HttpStandIn {
  readonly url: string;
  /** The number of requests since the start. */
  readonly requests: () => number;
  stage(fault: Fault | undefined): Promise<void>;
  close(): Promise<void>;
}

/** The faults that an HTTP stand-in stages by itself. For a refused record it passes `refuses` to `answer`. */
export const httpFaults: readonly FaultName[] = [
  'refused credentials',
  'a request to slow down',
  'a server error',
  'silence',
  'a reply lost after the write',
  'one refused record',
  'slowness',
];

export async function startHttpStandIn(options: HttpStandInOptions): Promise<HttpStandIn> {
  let fault: Fault | undefined;
  let requests = 0;
  const stopping = new AbortController();
  const server = createServer((request, response) => {
    requests += 1;
    handle(options, request, response, () => fault, stopping.signal).catch(() => request.socket.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    stage(next) {
      fault = next;
      return Promise.resolve();
    },
    close() {
      stopping.abort();
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

async function handle(
  { answer, refusal, slowDown, failure }: HttpStandInOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
  currentFault: () => Fault | undefined,
  stopping: AbortSignal,
): Promise<void> {
  const request = await readRequest(incoming, currentFault());
  const fault = currentFault();
  const reads = request.method === 'GET' || request.method === 'HEAD';
  switch (fault?.name) {
    case 'refused credentials': {
      reply(response, refusal ?? { status: 401, body: { error: 'Unauthorized' } });
      return;
    }
    case 'a request to slow down': {
      const headers = { 'retry-after': String(Math.ceil(fault.retryAfterMs / 1000)) };
      reply(response, slowDown?.(fault.retryAfterMs) ?? { status: 429, headers });
      return;
    }
    case 'a server error': {
      reply(response, failure ?? { status: 503, body: { error: 'Service unavailable' } });
      return;
    }
    case 'silence':
      return;
    case 'slowness':
      await sleep(fault.delayMs, undefined, { signal: stopping });
      // The client has disconnected, so nothing is done.
      if (!incoming.socket.destroyed) reply(response, answer(request));
      return;
    case 'a reply lost after the write':
      if (reads) {
        reply(response, answer(request));
        return;
      }
      answer(request);
      incoming.socket.destroy();
      return;
    default: {
      reply(response, answer(request));
      return;
    }
  }
}

async function readRequest(incoming: IncomingMessage, fault: Fault | undefined): Promise<StandInRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = 'GET', url: path = '/', headers } = incoming;
  const refuses = fault?.name === 'one refused record' ? { key: fault.key, callId: fault.callId } : undefined;
  return { method, path, headers, body: parsed(Buffer.concat(chunks).toString('utf8')), refuses };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function reply(response: ServerResponse, { status, headers, body }: StandInReply): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
