import { PassThrough } from 'node:stream';
import type { HttpRequest, HttpRequestOptions, HttpResponse, StreamPromise as Promised } from 'jsforce';
import type { Transport } from 'jsforce/lib/transport.js';
import { LostReply } from './failure.ts';

/** What is known of an answer beside its body. */
export interface ReplyFacts {
  readonly status: number;
  /** From `Retry-After`. Milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** From `Sforce-Limit-Info`: requests of the whole org in the last 24 hours, and how many it may make. */
  readonly usage: { readonly used: number; readonly limit: number } | undefined;
}

/** What a request carries for the transport, through jsforce, which hands its options on as they are. */
export interface Carried {
  readonly signal?: AbortSignal;
  readonly onReply?: (facts: ReplyFacts) => void;
  /** In place of the transport's own. */
  readonly deadlineMs?: number;
  /** Called before each exchange: what it throws stands for an answer. */
  readonly onSend?: () => void;
}

/** The parts of jsforce that a transport is made of; loaded when they are first needed. */
export interface TransportParts {
  readonly Transport: typeof Transport;
  readonly StreamPromise: typeof Promised;
}

/**
 * How requests go out under jsforce: once, without following redirects, with one deadline over headers and body.
 * What does not come back whole is a {@link LostReply}, whatever became of it in Salesforce.
 * Why: docs/decisions/vendor-transport.md
 *
 * @param always for requests that carry nothing of their own, as those for tokens do
 */
export function createTransport(
  { Transport: Base, StreamPromise }: TransportParts,
  deadlineMs: number,
  always: Carried = {},
): Transport {
  class OneRequest extends Base {
    override httpRequest(
      request: HttpRequest,
      options: HttpRequestOptions & Carried = {},
    ): Promised<HttpResponse> {
      return StreamPromise.create(() => ({
        stream: new PassThrough(),
        promise: exchange(request, { deadlineMs, ...always, ...options }),
      }));
    }
  }
  return new OneRequest();
}

async function exchange(
  { url, method, headers, body }: HttpRequest,
  { signal, onReply, onSend, deadlineMs }: Carried & { readonly deadlineMs: number },
): Promise<HttpResponse> {
  onSend?.();
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  const timer = setTimeout(leave, deadlineMs);
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted === true) leave();
  try {
    const sent = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() !== 'content-length');
    const reply = await fetch(url, {
      method,
      headers: sent,
      body: typeof body === 'string' ? body : null,
      redirect: 'manual',
      signal: leaving.signal,
    });
    const text = await reply.text();
    onReply?.(factsOf(reply));
    if (reply.status >= 300 && reply.status < 400)
      throw new LostReply(`it answered with a redirect (${reply.status})`);
    return { statusCode: reply.status, headers: Object.fromEntries(reply.headers), body: text };
  } catch (error) {
    if (error instanceof LostReply) throw error;
    const reason = leaving.signal.aborted ? whyLeft(signal, deadlineMs) : wordOf(error);
    throw new LostReply(reason, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }
}

function factsOf({ status, headers }: Response): ReplyFacts {
  const [, used, limit] = /api-usage=(\d+)\/(\d+)/.exec(headers.get('sforce-limit-info') ?? '') ?? [];
  return {
    status,
    retryAfterMs: waitOf(headers),
    usage: used === undefined ? undefined : { used: Number(used), limit: Number(limit) },
  };
}

/** `Retry-After` in seconds, or as a time by the clock of whoever answered. */
function waitOf(headers: Headers): number | undefined {
  const wait = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(wait)) return Number(wait) * 1000;
  const sentAtMs = Date.parse(headers.get('date') ?? '');
  const waitMs = Date.parse(wait) - (Number.isNaN(sentAtMs) ? Date.now() : sentAtMs);
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}

function whyLeft(signal: AbortSignal | undefined, deadlineMs: number): string {
  return signal?.aborted === true ? 'it was not waited for' : `it took longer than ${deadlineMs / 1000} s`;
}

/** The code of a connection's error; its message may hold an address with a query. */
function wordOf(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
  }
  return 'the connection was cut';
}
