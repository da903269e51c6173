import { PassThrough } from 'node:stream';
import type { HttpRequest, HttpRequestOptions, HttpResponse, StreamPromise as Promised } from 'jsforce';
import type { Transport } from 'jsforce/lib/transport.js';
import { requestOnce, type Reply } from '#crm';

/** The facts about an answer besides its body. */
export interface ReplyFacts {
  readonly status: number;
  /** From `Retry-After`. Milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** From `Sforce-Limit-Info`: the requests of the whole org in the last 24 hours, and their limit. */
  readonly usage: { readonly used: number; readonly limit: number } | undefined;
}

/** Options of one request. jsforce passes them to the transport unchanged. */
export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly onReply?: (facts: ReplyFacts) => void;
  /** Replaces the transport's own deadline. */
  readonly deadlineMs?: number;
  /** Called before each exchange. If it throws, nothing is sent and the request ends with that error. */
  readonly onSend?: () => void;
}

/** The parts of jsforce that make a transport. They are loaded when they are first needed. */
export interface TransportParts {
  readonly Transport: typeof Transport;
  readonly StreamPromise: typeof Promised;
}

/**
 * Sends the requests that jsforce makes: once, without following redirects, with one deadline for headers and body.
 * An answer that does not arrive whole is a `LostReply`, whether or not Salesforce did the work.
 * Why: docs/decisions/vendor-transport.md
 *
 * @param defaults options for requests without their own, such as token requests
 */
export function createTransport(
  { Transport: Base, StreamPromise }: TransportParts,
  deadlineMs: number,
  defaults: RequestOptions = {},
): Transport {
  class OneRequest extends Base {
    override httpRequest(
      request: HttpRequest,
      options: HttpRequestOptions & RequestOptions = {},
    ): Promised<HttpResponse> {
      return StreamPromise.create(() => ({
        stream: new PassThrough(),
        promise: exchange(request, { deadlineMs, ...defaults, ...options }),
      }));
    }
  }
  return new OneRequest();
}

async function exchange(
  { url, method, headers, body }: HttpRequest,
  { signal, onReply, onSend, deadlineMs }: RequestOptions & { readonly deadlineMs: number },
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
