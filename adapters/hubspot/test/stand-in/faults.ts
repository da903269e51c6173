import type { JsonValue } from '../../../../src/domain/jet-fields.ts';
import type { RequestKind } from './request-kind.ts';

/**
 * How much of a faulty request is done before the answer, if there is one. `half` is the first half of the inputs (with
 * one input, that one). `all but first` omits the first input.
 */
export type Written = 'nothing' | 'half' | 'all but first' | 'all';

/** The reply that replaces the normal answer. "The answer" is the portal's report of what it did. */
export type FaultReply =
  /** A status with its own body. Without a content type, none is sent. */
  | {
      readonly kind: 'instead';
      readonly status: number;
      readonly body?: JsonValue;
      readonly text?: string;
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The answer with another status. */
  | { readonly kind: 'status'; readonly status: number }
  /** The answer with incomplete JSON. The HTTP message is complete. */
  | { readonly kind: 'truncated' }
  /** A 207 that does not mention the first input, neither as a result nor as an error. */
  | { readonly kind: 'row missing' }
  /** The answer with its results in reverse order. */
  | { readonly kind: 'reversed' }
  /** The answer after a delay. Nothing is done for a client that has disconnected meanwhile. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** The connection is reset instead of an answer. */
  | { readonly kind: 'reset' }
  /** The head with its `Content-Length` and half the body. Then the connection is reset. */
  | { readonly kind: 'reset in body' }
  /** The same, but the connection is closed normally, so that the end looks regular. */
  | { readonly kind: 'end in body' }
  /** The head with its `Content-Length` and half the body. Then nothing more, on an open connection. */
  | { readonly kind: 'body stall' }
  /** Nothing, on an open connection. */
  | { readonly kind: 'silence' };

export interface HubspotFault {
  readonly reply: FaultReply;
  /** `nothing` unless given, and `all` for the replies that need an answer. */
  readonly written?: Written;
}

/** The requests that a staged fault affects. */
export interface FaultAim {
  /** One kind or several. By default every kind. */
  readonly on?: RequestKind | readonly RequestKind[];
  /** How many requests it affects. By default one. */
  readonly times?: number;
  /** Whether requests must be the first on their connection or later ones. */
  readonly socket?: 'fresh' | 'reused';
}

const html = '<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>';

const limitMessages = {
  TEN_SECONDLY_ROLLING: 'You have reached your ten_secondly_rolling limit.',
  SECONDLY: 'You have reached your secondly limit.',
  DAILY: 'You have reached your daily limit.',
};

/** The answer to a request over a limit. Its body has an `errorType`, where others have a `category`. */
export function rateLimited(policyName: keyof typeof limitMessages): {
  readonly status: number;
  readonly body: Record<string, JsonValue>;
} {
  return {
    status: 429,
    body: {
      status: 'error',
      message: limitMessages[policyName],
      errorType: 'RATE_LIMIT',
      correlationId: '5c6a0d6e-0f0a-4b5e-8f5f-3f4f0a1b2c3d',
      policyName,
      requestId: '9a4b7c1e-2d3f-4a5b-8c7d-6e5f4a3b2c1d',
    },
  };
}

const limit = (policyName: keyof typeof limitMessages, retryAfterSeconds?: number): HubspotFault => ({
  reply: {
    kind: 'instead',
    ...rateLimited(policyName),
    contentType: 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
  },
});

const failure = (status: number, message: string, headers?: Record<string, string>): HubspotFault => ({
  reply: {
    kind: 'instead',
    status,
    contentType: 'application/json',
    body: { status: 'error', message, correlationId: '5c6a0d6e-0f0a-4b5e-8f5f-3f4f0a1b2c3d' },
    ...(headers === undefined ? {} : { headers }),
  },
});

/** The named faults. Most 5xx exist twice: before the write and after it. */
export const hubspotFaults = {
  '429 rolling': limit('TEN_SECONDLY_ROLLING'),
  '429 rolling with Retry-After': limit('TEN_SECONDLY_ROLLING', 7),
  '429 secondly': limit('SECONDLY'),
  '429 secondly with Retry-After': limit('SECONDLY', 2),
  '429 daily': limit('DAILY'),
  '429 daily with Retry-After': limit('DAILY', 3600),
  '423 locked': failure(423, 'The resource is locked. Try again later.'),
  '477 migration': failure(477, 'The account is being migrated.', { 'retry-after': '3600' }),
  '500': failure(500, 'internal error'),
  '500 after the write': { ...failure(500, 'internal error'), written: 'all' },
  '500 in the write': { ...failure(500, 'internal error'), written: 'half' },
  '502 HTML': { reply: { kind: 'instead', status: 502, contentType: 'text/html', text: html } },
  '502 HTML after the write': {
    reply: { kind: 'instead', status: 502, contentType: 'text/html', text: html },
    written: 'all',
  },
  '502 without content type': { reply: { kind: 'instead', status: 502, text: html } },
  '502 without content type after the write': {
    reply: { kind: 'instead', status: 502, text: html },
    written: 'all',
  },
  '503 empty': { reply: { kind: 'instead', status: 503, contentType: 'application/json' } },
  '503 empty after the write': {
    reply: { kind: 'instead', status: 503, contentType: 'application/json' },
    written: 'all',
  },
  '504': failure(504, 'Gateway timeout'),
  '504 after the write': { ...failure(504, 'Gateway timeout'), written: 'all' },
  'reset before the write': { reply: { kind: 'reset' }, written: 'nothing' },
  'reset in the write': { reply: { kind: 'reset' }, written: 'half' },
  'reset after the write': { reply: { kind: 'reset' }, written: 'all' },
  'reset in the body': { reply: { kind: 'reset in body' } },
  'end in the body': { reply: { kind: 'end in body' } },
  'truncated answer': { reply: { kind: 'truncated' } },
  'body stall': { reply: { kind: 'body stall' } },
  silence: { reply: { kind: 'silence' }, written: 'nothing' },
  'silence after the write': { reply: { kind: 'silence' }, written: 'all' },
  slow: { reply: { kind: 'slow', delayMs: 500 } },
  '200': { reply: { kind: 'status', status: 200 } },
  '202': { reply: { kind: 'status', status: 202 } },
  '302': { reply: { kind: 'instead', status: 302, headers: { location: '/elsewhere' } } },
  '207 with a row missing, written': { reply: { kind: 'row missing' } },
  '207 with a row missing, not written': { reply: { kind: 'row missing' }, written: 'all but first' },
  'results in another order': { reply: { kind: 'reversed' } },
  '200 HTML': {
    reply: { kind: 'instead', status: 200, contentType: 'text/html', text: html },
  },
  '200 HTML after the write': {
    reply: { kind: 'instead', status: 200, contentType: 'text/html', text: html },
    written: 'all',
  },
} as const satisfies Readonly<Record<string, HubspotFault>>;

export type HubspotFaultName = keyof typeof hubspotFaults;
