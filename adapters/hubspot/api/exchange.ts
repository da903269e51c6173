import type { Agent } from 'node:http';
import type { Client } from '@hubspot/api-client';
import { socketInUse } from './connections.ts';
import { NoAnswer } from './refusal.ts';

/** What every call of HubSpot's library is given as its last argument: without it, its hooks are not run. */
export interface CallOptions {
  readonly middleware: [Hook];
  readonly middlewareMergeStrategy: 'append';
}

/** Sends one request through HubSpot's library. */
export type Send = (sdk: Client, options: CallOptions) => Promise<unknown>;

/** An answer of any status, whole. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface ExchangeOptions {
  readonly agent: Agent;
  /** Over headers and body together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly rewriteUrl: (url: string) => string;
}

// Each part of the library has request and answer classes of its own; these are what they share.
interface Hook {
  pre<Request extends RequestLike>(request: Request): Promise<Request>;
  post<Response extends ResponseLike>(response: Response): Promise<Response>;
}
interface RequestLike {
  getUrl(): string;
  setUrl(url: string): void;
  setBody(body: string): void;
  setAgent(agent: Agent): void;
}
interface ResponseLike {
  httpStatusCode: number;
  headers: Record<string, string>;
  body: { text(): Promise<string>; binary(): Promise<Buffer> };
}

// Data that came before a connection closed is handed on in the turns of the loop after it.
const closedGraceMs = 250;

/**
 * One request and its answer, within one deadline.
 *
 * The library is used for what it sends. What it makes of an answer is not: it throws at a 200 in place of a 201,
 * loses the status of errors that it cannot parse, and drops row errors from its models.
 *
 * @throws NoAnswer when the answer did not come whole, in time
 */
export async function exchange(sdk: Client, send: Send, options: ExchangeOptions): Promise<Answer> {
  const { agent, timeoutMs, signal } = options;
  let answer: Answer | undefined;
  let fail: (error: NoAnswer) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => (fail = reject));
  failed.catch(() => undefined);
  const timers = [setTimeout(() => fail(new NoAnswer('did not answer in time', true)), timeoutMs)];
  const onAbort = (): void =>
    fail(new NoAnswer('did not answer before the time of the batch was over', true));
  // A connection that ends in the middle of a body of known length leaves its reader waiting for ever.
  const onClose = (): void =>
    void timers.push(setTimeout(() => fail(new NoAnswer('broke off its answer', true)), closedGraceMs));
  let socket: ReturnType<typeof socketInUse>;
  const hook: Hook = {
    pre(request) {
      request.setUrl(options.rewriteUrl(request.getUrl()));
      request.setAgent(onceOnly(agent));
      return Promise.resolve(request);
    },
    async post(response) {
      socket = socketInUse(agent);
      socket?.once('close', onClose);
      const text = await response.body.text();
      answer = { status: response.httpStatusCode, headers: response.headers, text };
      response.body = { text: () => Promise.resolve(text), binary: () => Promise.resolve(Buffer.from(text)) };
      return response;
    },
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) throw new NoAnswer('was not asked: the time of the batch was over', false);
    const sent = send(sdk, { middleware: [hook], middlewareMergeStrategy: 'append' });
    sent.catch(() => undefined);
    await Promise.race([sent, failed]);
  } catch (error) {
    if (answer === undefined) throw asNoAnswer(error);
  } finally {
    timers.forEach((timer) => clearTimeout(timer));
    socket?.off('close', onClose);
    signal.removeEventListener('abort', onAbort);
  }
  if (answer === undefined) throw new NoAnswer('gave no answer', true);
  return answer;
}

class Redirected extends Error {
  override readonly name = 'Redirected';
}

/**
 * The library follows redirects, asks for the new place with another method, and takes the answer for its own. It
 * looks for the connection anew then: the second look is refused. (It takes a function too; its types do not say.)
 */
function onceOnly(agent: Agent): Agent {
  let isUsed = false;
  const choose = (): Agent => {
    if (isUsed) throw new Redirected('HubSpot redirects');
    isUsed = true;
    return agent;
  };
  return choose as unknown as Agent;
}

// Nobody was reached: nothing was sent.
const unreached = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function asNoAnswer(error: unknown): unknown {
  if (error instanceof NoAnswer) return error;
  if (error instanceof Redirected)
    return new NoAnswer('redirects, which is not followed', true, { cause: error });
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return error;
  return unreached.has(code)
    ? new NoAnswer(`cannot be reached (${code})`, false, { cause: error })
    : new NoAnswer(`did not answer (${code})`, true, { cause: error });
}
