import { PassThrough } from 'node:stream';
import type { HttpRequest, HttpRequestOptions, HttpResponse, StreamPromise as Promised } from 'jsforce';
import type { Transport } from 'jsforce/lib/transport.js';
import { requestOnce, type Reply } from '#crm';

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
 * What does not come back whole is a `LostReply`, whatever became of it in Salesforce.
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
  const sent = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() !== 'content-length');
  const init = { method, headers: sent, body: typeof body === 'string' ? body : null };
  const reply = await requestOnce(url, init, { deadlineMs, signal });
  onReply?.(factsOf(reply));
  return { statusCode: reply.status, headers: Object.fromEntries(reply.headers), body: reply.text };
}

function factsOf({ status, headers, retryAfterMs }: Reply): ReplyFacts {
  const [, used, limit] = /api-usage=(\d+)\/(\d+)/.exec(headers.get('sforce-limit-info') ?? '') ?? [];
  return {
    status,
    retryAfterMs,
    usage: used === undefined ? undefined : { used: Number(used), limit: Number(limit) },
  };
}
