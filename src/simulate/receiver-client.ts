import { createAuthorizer, CredentialsRefused, type Credentials } from './credentials.ts';
import type { Sendable } from './traffic/envelope.ts';
import { wait } from './wait.ts';
import { retryAfterMs } from './retry-after.ts';

/** The result of one request after all attempts. */
export type Answer = { readonly attempts: number; readonly gaveUp: boolean } & (
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** No answer came. */
  | { readonly kind: 'none'; readonly reason: string }
);

/** The receiver under test, as a client sees it. */
export interface ReceiverClient {
  /** Checks that the receiver answers and accepts the credentials. */
  open(): Promise<void>;
  /** Posts a body. Retries while the receiver is unreachable or asks to wait. */
  post(path: string, sendable: Sendable): Promise<Answer>;
}

export interface ReceiverSettings {
  readonly url: string;
  readonly credentials: Credentials;
  /** How long a request is retried. */
  readonly retryForMs: number;
  readonly signal: AbortSignal;
}

const requestTimeoutMs = 30_000;
const firstRetryMs = 200;
const longestRetryMs = 5_000;
// A receiver that is just starting answers within seconds. The simulation does not wait longer, because the receiver
// may be missing.
const startsWithinMs = 15_000;
const retryStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function createReceiverClient({
  url,
  credentials,
  retryForMs,
  signal,
}: ReceiverSettings): ReceiverClient {
  const authorizer = createAuthorizer(url, credentials);

  async function attempt(path: string, { body, contentType }: Sendable): Promise<Attempt> {
    try {
      for (let renewed = false; ; renewed = true) {
        const header = await authorizer.header();
        const response = await fetch(url + path, {
          method: 'POST',
          headers: { 'content-type': contentType, [header.name]: header.value },
          body,
          redirect: 'manual',
          signal: AbortSignal.timeout(requestTimeoutMs),
        });
        const text = await response.text();
        if (response.status === 401 && authorizer.refused(header) && !renewed) continue;
        const waitMs = retryAfterMs(response.headers.get('retry-after'), Date.now());
        return { kind: 'answered', status: response.status, body: text, waitMs };
      }
    } catch (error) {
      if (error instanceof CredentialsRefused) throw error;
      return { kind: 'none', reason: reasonOf(error), waitMs: undefined };
    }
  }

  return {
    async open() {
      const endMs = Date.now() + Math.min(startsWithinMs, retryForMs);
      for (;;) {
        try {
          const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(requestTimeoutMs) });
          await response.text();
          break;
        } catch (error) {
          const reason = reasonOf(error);
          if (reason !== 'ECONNREFUSED' || signal.aborted || Date.now() >= endMs) {
            throw new Error(
              `Nothing answers at ${url} (${reason}). Start the receiver, or give its address with --url.`,
              {
                cause: error,
              },
            );
          }
          await wait(firstRetryMs, signal);
        }
      }
      try {
        await authorizer.header();
      } catch (error) {
        if (error instanceof CredentialsRefused) throw error;
        throw new Error(`The receiver issued no access token: ${reasonOf(error)}.`, { cause: error });
      }
    },
    async post(path, sendable) {
      const endMs = Date.now() + retryForMs;
      for (let attempts = 1; ; attempts += 1) {
        const { waitMs: askedMs, ...answer } = await attempt(path, sendable);
        if (answer.kind === 'answered' && !retryStatuses.has(answer.status)) {
          return { ...answer, attempts, gaveUp: false };
        }
        const waitMs = askedMs ?? Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs);
        if (signal.aborted || Date.now() + waitMs > endMs) return { ...answer, attempts, gaveUp: true };
        await wait(waitMs, signal);
      }
    },
  };
}

type Attempt = { readonly waitMs: number | undefined } & (
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'none'; readonly reason: string }
);

/** The error code. fetch puts it into the cause, or into a list of causes when it tried two addresses. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown error';
  if (error.cause !== undefined) return reasonOf(error.cause);
  return (error as NodeJS.ErrnoException).code?.toString() ?? (error.message || error.name);
}
