import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAnswer } from './api-answer.ts';
import { answerInstead, limitExceeded, sessionRefused, spoiled } from './fault-answers.ts';
import type { FaultQueue, RequestKind, SalesforceFault } from './fault.ts';
import type { Org } from './org/org.ts';
import type { OpenRequest, RequestRecorder } from './request-log.ts';
import { answerApi, kindOf } from './routes.ts';
import type { StagedRefusal } from './org/save.ts';
import type { Tokens } from './tokens.ts';

export interface HttpSide {
  readonly org: Org;
  readonly tokens: Tokens;
  readonly faults: FaultQueue;
  readonly log: RequestRecorder;
  /** The used part of the daily limit. */
  readonly usage: { used: number; readonly limit: number };
  readonly stopping: AbortSignal;
}

interface Incoming {
  readonly kind: RequestKind;
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly contentType: string;
  readonly text: string;
  /** `http://127.0.0.1:port` */
  readonly origin: string;
}

const tokenPath = '/services/oauth2/token';
const addressLengthMax = 16_384;

/** Answers over HTTP, and misbehaves as staged. */
export function createHttpSide(side: HttpSide): Server {
  // The real Salesforce answers too long addresses itself, so Node must accept them here.
  return createServer({ maxHeaderSize: 131_072 }, (request, response) => {
    handle(side, request, response).catch(() => request.socket.destroy());
  });
}

async function handle(side: HttpSide, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const incoming = await readIncoming(request);
  const { kind, method, url } = incoming;
  const open = side.log.record({
    kind,
    method,
    path: url,
    headers: { ...request.headers },
    body: bodyForLog(incoming),
    text: new URL(url, incoming.origin).searchParams.get('q') ?? undefined,
    atMs: side.org.clock(),
  });
  response.once('close', () => open.ended());
  const fault = side.faults.take(kind);
  if (fault !== undefined) open.strike(fault.name);
  await behave(side, incoming, response, open, fault);
}

async function behave(
  side: HttpSide,
  incoming: Incoming,
  response: ServerResponse,
  open: OpenRequest,
  fault: SalesforceFault | undefined,
): Promise<void> {
  if (fault?.name === 'silence') return;
  if (fault?.name === 'reset before the write') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (fault?.name === 'slow answer') {
    await sleep(fault.delayMs, undefined, { signal: side.stopping });
    if (response.socket?.destroyed !== false) return;
  }
  const instead = fault && answerInstead(fault);
  if (instead !== undefined && incoming.kind !== 'token') side.usage.used += 1;
  const answer = instead ?? answerProperly(side, incoming, fault);
  if (fault?.name === 'reset after the write' || fault?.name === 'reset in the middle of the write') {
    response.socket?.resetAndDestroy();
    return;
  }
  const sent = spoiled(fault, answer);
  const status = typeof sent === 'string' ? 200 : sent.status;
  open.answered(status);
  if (fault?.name === 'reset in the middle of the answer' || fault?.name === 'headers then silence') {
    sendHalf(side, incoming, response, answer, fault.name);
    return;
  }
  const headers = headersOf(side, incoming);
  if (sent === 'page') {
    response.writeHead(200, { ...headers, 'content-type': 'text/html;charset=UTF-8' });
    response.end('<!DOCTYPE html><html><head><title>Down for maintenance</title></head></html>');
    return;
  }
  response.writeHead(status, { ...headers, ...(sent === 'nothing' ? {} : sent.headers) });
  response.end(sent === 'nothing' || sent.body === undefined ? '' : asText(sent));
}

function answerProperly(side: HttpSide, incoming: Incoming, fault: SalesforceFault | undefined): ApiAnswer {
  const { org, tokens, usage } = side;
  const { kind, method, url, text, contentType, authorization, origin } = incoming;
  if (kind === 'token') return tokens.answer(new URLSearchParams(text), origin);
  if (url.length > addressLengthMax) {
    return { status: 414, headers: { 'content-type': 'text/html' }, body: 'URI Too Long' };
  }
  if (!tokens.accepts(authorization)) {
    usage.used += 1;
    return sessionRefused;
  }
  if (url.startsWith('/id/')) return { status: 200, body: identity(org) };
  if (usage.used >= usage.limit) return limitExceeded('TotalRequests');
  usage.used += 1;
  if (text !== '' && !contentType.startsWith('application/json')) {
    return { status: 415, body: [{ errorCode: 'UNSUPPORTED_MEDIA_TYPE', message: 'Content is not JSON' }] };
  }
  const body = parsed(text);
  if (text !== '' && body === undefined) {
    return { status: 400, body: [{ errorCode: 'JSON_PARSER_ERROR', message: 'The body is not JSON' }] };
  }
  const limits = () => ({ max: usage.limit, remaining: Math.max(0, usage.limit - usage.used) });
  const half =
    fault?.name === 'reset in the middle of the write' ? Math.floor(recordsIn(body) / 2) : undefined;
  return answerApi({ org, limits, refuses: refusalBy(fault) }, method, url, body, half);
}

function refusalBy(fault: SalesforceFault | undefined): StagedRefusal {
  return (record, object) => {
    if (fault?.name !== 'item refused' || fault.when?.(record, object) === false) return undefined;
    const { statusCode, message = 'Refused by a staged fault.', fields = [] } = fault;
    return { statusCode, message, fields: [...fields] };
  };
}

function identity(org: Org) {
  const { Username, Email, Name } = org.find(org.integrationUserId)?.values ?? {};
  return {
    user_id: org.integrationUserId,
    organization_id: '00D5g000000StandEA',
    username: Username ?? null,
    email: Email ?? null,
    display_name: Name ?? null,
    active: true,
  };
}

function recordsIn(body: unknown): number {
  const { records, compositeRequest } = (body ?? {}) as { records?: unknown; compositeRequest?: unknown };
  return Array.isArray(records)
    ? records.length
    : Array.isArray(compositeRequest)
      ? compositeRequest.length
      : 1;
}

function sendHalf(
  side: HttpSide,
  incoming: Incoming,
  response: ServerResponse,
  answer: ApiAnswer,
  then: 'headers then silence' | 'reset in the middle of the answer',
): void {
  const text = asText(answer);
  response.writeHead(answer.status, {
    ...headersOf(side, incoming),
    ...answer.headers,
    'content-length': String(Buffer.byteLength(text) + (text === '' ? 1 : 0)),
  });
  response.flushHeaders();
  response.write(text.slice(0, Math.ceil(text.length / 2)) || ' ', () => {
    // The connection ends normally after the first half was sent. A reset could overtake the half.
    if (then === 'reset in the middle of the answer') response.socket?.destroy();
  });
}

function headersOf({ usage }: HttpSide, { kind }: Incoming): Record<string, string> {
  return {
    'content-type': 'application/json;charset=UTF-8',
    ...(kind === 'token' ? {} : { 'sforce-limit-info': `api-usage=${usage.used}/${usage.limit}` }),
  };
}

function asText({ body }: ApiAnswer): string {
  return body === undefined ? '' : JSON.stringify(body);
}

async function readIncoming(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = 'GET', url = '/', headers } = request;
  return {
    kind: method === 'POST' && url === tokenPath ? 'token' : kindOf(method, url),
    method,
    url,
    authorization: headers.authorization,
    contentType: headers['content-type'] ?? '',
    text: Buffer.concat(chunks).toString('utf8'),
    origin: `http://${headers.host ?? ''}`,
  };
}

/** The body without secrets. */
function bodyForLog({ kind, text }: Incoming): unknown {
  if (kind !== 'token') return parsed(text);
  const form = Object.fromEntries(new URLSearchParams(text));
  const secret = ['client_secret', 'assertion'].filter((name) => form[name] !== undefined);
  return { ...form, ...Object.fromEntries(secret.map((name) => [name, '(secret)'])) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
