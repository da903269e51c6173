import { setImmediate as nextTurn } from 'node:timers/promises';

/** No readable answer came. The message completes "the answer did not come: …" and holds no number. */
export class LostReply extends Error {
  override readonly name = 'LostReply';
  /** False when nothing can have reached the destination. True when a write may have happened. */
  readonly isSent: boolean;

  constructor(reason: string, options: { readonly isSent: boolean; readonly cause?: unknown }) {
    super(reason, { cause: options.cause });
    this.isSent = options.isSent;
  }
}

/** A complete answer with any status except a redirect. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** From `Retry-After`. Milliseconds. */
  readonly retryAfterMs: number | undefined;
}

export interface RequestLimits {
  /** For headers and body together. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one request, once, within one deadline. It does not follow redirects.
 * Why: docs/decisions/vendor-transport.md
 * @throws LostReply when no complete answer came in time
 */
export async function requestOnce(
  url: string,
  init: {
    readonly method: string;
    readonly headers: NonNullable<RequestInit['headers']>;
    readonly body?: string | null;
  },
  { deadlineMs, signal }: RequestLimits,
): Promise<Reply> {
  const isAborted = (): boolean => signal?.aborted === true;
  if (isAborted()) throw new LostReply('the request was cancelled', { isSent: false });
  const end = new AbortController();
  const abort = (): void => end.abort();
  const timer = setTimeout(abort, deadlineMs);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const answer = await fetch(url, { ...init, redirect: 'manual', signal: end.signal });
    const text = await answer.text();
    // fetch frees the connection one turn of the event loop later. A request before that would open a second one.
    await nextTurn();
    const { status, headers } = answer;
    if (status >= 300 && status < 400)
      throw new LostReply(`it answered with a redirect (${status})`, { isSent: true });
    return { status, headers, text, retryAfterMs: retryAfterMs(headers) };
  } catch (error) {
    if (error instanceof LostReply) throw error;
    if (signal?.aborted === true)
      throw new LostReply('the request was cancelled', { isSent: true, cause: error });
    if (end.signal.aborted)
      throw new LostReply(`it took longer than ${deadlineMs / 1000} s`, { isSent: true, cause: error });
    const code = codeOf(error);
    throw new LostReply(code ?? 'the connection was cut', {
      isSent: code === undefined || !unreachedCodes.has(code),
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

const unreachedCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The code of a connection error. Its message is not used, since it can hold an address with a query. */
function codeOf(error: unknown): string | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
  }
  return undefined;
}

/** `Retry-After` holds seconds, or a time by the server's clock, which `Date` shows. */
function retryAfterMs(headers: Headers): number | undefined {
  const wait = (headers.get('retry-after') ?? '').trim();
  if (/^\d+$/.test(wait)) return Number(wait) * 1000;
  const sentAtMs = Date.parse(headers.get('date') ?? '');
  const waitMs = Date.parse(wait) - (Number.isNaN(sentAtMs) ? Date.now() : sentAtMs);
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
