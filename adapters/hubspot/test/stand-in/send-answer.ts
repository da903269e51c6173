import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { FaultReply } from './faults.ts';

const json = 'application/json;charset=utf-8';
/** The client must have read the sent part before the connection is reset. */
const resetAfterMs = 30;

/** @returns the status that was sent */
export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): number {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    ...(body === undefined ? {} : { 'content-type': json }),
    ...headers,
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(text) }),
  });
  response.end(text);
  return status;
}

/**
 * Answers as a fault requires.
 * @param answer the portal's report of what it did
 * @returns the status that was sent; undefined when none was
 */
export async function misbehave(
  response: ServerResponse,
  reply: FaultReply,
  answer: Answer,
): Promise<number | undefined> {
  const text = JSON.stringify(answer.body ?? {});
  const half = text.slice(0, Math.ceil(text.length / 2));
  const head = { 'content-type': json, ...answer.headers };
  switch (reply.kind) {
    case 'instead': {
      const { status, contentType, headers } = reply;
      const content = reply.body === undefined ? (reply.text ?? '') : JSON.stringify(reply.body);
      response.writeHead(status, {
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...headers,
        'content-length': Buffer.byteLength(content),
      });
      response.end(content);
      return status;
    }
    case 'status':
      return sendAnswer(response, { ...answer, status: reply.status });
    case 'row missing':
      return sendAnswer(response, { ...answer, status: 207 });
    case 'reversed':
      return sendAnswer(response, {
        ...answer,
        body: { ...answer.body, results: results(answer).reverse() },
      });
    case 'slow':
      return sendAnswer(response, answer);
    case 'truncated':
      response.writeHead(answer.status, { ...head, 'content-length': Buffer.byteLength(half) });
      response.end(half);
      return answer.status;
    case 'body stall':
    case 'reset in body':
    case 'end in body':
      response.writeHead(answer.status, { ...head, 'content-length': Buffer.byteLength(text) });
      await new Promise((sent) => response.write(half, sent));
      if (reply.kind === 'body stall') return answer.status;
      await sleep(resetAfterMs);
      if (reply.kind === 'end in body') response.socket?.end();
      else response.socket?.resetAndDestroy();
      return answer.status;
    case 'reset':
      response.socket?.resetAndDestroy();
      return undefined;
    case 'silence':
      return undefined;
  }
}

/** The answer without its part about the first input. */
export function withoutFirst(answer: Answer): Answer {
  return { ...answer, body: { ...answer.body, results: results(answer).slice(1) } };
}

function results({ body }: Answer): NonNullable<Answer['body']>[string][] {
  return Array.isArray(body?.results) ? [...body.results] : [];
}
