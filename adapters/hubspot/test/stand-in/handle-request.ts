import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkAccess, tokenInfo, type Access } from './access.ts';
import type { Answer, Asked } from './answer.ts';
import { answerRequest } from './api.ts';
import { ApiError } from './api-error.ts';
import type { HubspotFault, Written } from './faults.ts';
import type { Portal } from './portal/portal.ts';
import type { RateLimits } from './rate-limits.ts';
import { readRoute } from './route.ts';
import type { SeenRequest } from './seen-request.ts';
import { misbehave, sendAnswer, withoutFirst } from './send-answer.ts';
import type { StagedFaults } from './staged-faults.ts';

export interface Surroundings {
  readonly portal: Portal;
  readonly access: Access;
  readonly limits: RateLimits;
  readonly faults: StagedFaults;
  /** Every request, as soon as it was read. */
  readonly seen: SeenRequest[];
  /** The number of requests on each connection. */
  readonly onSocket: WeakMap<Socket, number>;
  readonly stopping: AbortSignal;
}

/** Notes a request, does it and answers, or misbehaves as staged. */
export async function handleRequest(
  around: Surroundings,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { portal, seen, onSocket, faults } = around;
  const before = onSocket.get(incoming.socket) ?? 0;
  onSocket.set(incoming.socket, before + 1);
  const text = await readText(incoming);
  const { method = 'GET', url: path = '/', headers } = incoming;
  const route = readRoute(method, path);
  const json = parsed(text);
  const request: SeenRequest = {
    kind: route.kind,
    method,
    path,
    apiVersion: route.apiVersion,
    headers,
    body: json === undefined && text !== '' ? text : json,
    atMs: portal.nowMs(),
    socket: before === 0 ? 'fresh' : 'reused',
    status: undefined,
    faulty: false,
  };
  seen.push(request);
  const answer = (body: unknown): Answer =>
    checkAndAnswer(around, request, { route, body, length: text.length }, text);
  const fault = faults.take(request);
  if (fault === undefined) {
    request.status = sendAnswer(response, answer(json));
    return;
  }
  request.faulty = true;
  const { reply } = fault;
  if (reply.kind === 'slow') {
    await sleep(reply.delayMs, undefined, { signal: around.stopping });
    // The client has disconnected, so nothing is done.
    if (incoming.socket.destroyed) return;
  }
  const answered = done(fault, json, answer);
  // A refused request stays refused: a fault cannot bypass the rules.
  const refused = answered.status >= 400 && ['status', 'row missing', 'reversed'].includes(reply.kind);
  request.status = refused ? sendAnswer(response, answered) : await misbehave(response, reply, answered);
}

/** The answer to a request that is done as far as the fault allows. */
function done({ reply, written }: HubspotFault, body: unknown, answer: (body: unknown) => Answer): Answer {
  const needsAnswer = reply.kind !== 'instead' && reply.kind !== 'reset' && reply.kind !== 'silence';
  const part = partOf(body, written ?? (needsAnswer ? 'all' : 'nothing'));
  const answered: Answer = part === undefined ? nothingDone : answer(part.body);
  return reply.kind === 'row missing' && written !== 'all but first' ? withoutFirst(answered) : answered;
}

const nothingDone: Answer = { status: 200, body: { status: 'COMPLETE', results: [] } };

/** The part of a body that is done. Undefined: nothing is done. A body that is not a batch is done as a whole. */
function partOf(body: unknown, written: Written): { body: unknown } | undefined {
  if (written === 'nothing') return undefined;
  const inputs = (body as { inputs?: unknown } | undefined)?.inputs;
  if (written === 'all' || !Array.isArray(inputs)) return { body };
  const kept: unknown[] =
    written === 'half' ? inputs.slice(0, Math.ceil(inputs.length / 2)) : inputs.slice(1);
  return kept.length === 0 ? undefined : { body: { ...(body as object), inputs: kept } };
}

const gone: Answer = { status: 404, body: { status: 'error', message: 'resource not found' } };

/** Checks the access, then the limits, and then does the request. */
function checkAndAnswer(
  { access, limits, portal }: Surroundings,
  { kind, headers, method, path }: SeenRequest,
  asked: Asked,
  text: string,
): Answer {
  try {
    checkAccess(access, headers.authorization as string | undefined, asked.route);
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.body };
    throw error;
  }
  const refusal = limits.take(kind);
  const limitHeaders = limits.headers(kind);
  if (refusal !== undefined) return { ...refusal, headers: limitHeaders };
  if (method !== 'GET' && method !== 'DELETE') {
    const type = headers['content-type'];
    if (typeof type !== 'string' || !/^application\/json\b/.test(type))
      return { status: 415, headers: limitHeaders };
    if (asked.body === undefined && text !== '')
      return { status: 400, body: new ApiError(400, 'VALIDATION_ERROR', 'Invalid input JSON').body };
  }
  const { ended } = portal.options;
  const isEnded =
    ended !== undefined && /\/v\d+\//.test(path) && (ended === 'all numbered' || kind !== 'token-info');
  if (isEnded) return { ...gone, headers: limitHeaders };
  const answered =
    kind === 'token-info' ? tokenInfo(access, asked.body, portal) : answerRequest(portal, asked);
  return { ...answered, headers: limitHeaders };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
