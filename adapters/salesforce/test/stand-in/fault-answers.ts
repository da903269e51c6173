import type { JsonValue } from '../../../../src/domain/jet-fields.ts';
import { refusalAnswer, type ApiAnswer } from './api-answer.ts';
import type { SalesforceFault } from './fault.ts';

/** The answer of a fault that only answers. Undefined for a fault that does more. */
export function answerInstead(fault: SalesforceFault): ApiAnswer | undefined {
  switch (fault.name) {
    case 'redirect':
      return {
        status: 302,
        headers: { location: fault.location ?? 'https://login.example.com/?ec=302' },
      };
    case 'session refused':
      return sessionRefused;
    case 'token refused':
      return { status: 400, body: { error: fault.error, error_description: 'refused by a staged fault' } };
    case 'unavailable':
      return withRetryAfter(
        refusalAnswer(503, 'SERVER_UNAVAILABLE', 'The server is temporarily unavailable.'),
        fault.retryAfterMs,
      );
    case 'unknown exception':
      return refusalAnswer(500, 'UNKNOWN_EXCEPTION', 'An unexpected error occurred. ErrorId: 1234-5678');
    case 'too many requests':
      return withRetryAfter(
        refusalAnswer(429, 'REQUEST_LIMIT_EXCEEDED', 'Too many requests.'),
        fault.retryAfterMs,
      );
    case 'limit exceeded':
      return limitExceeded(fault.limit);
    case 'forbidden':
      return refusalAnswer(403, fault.errorCode, fault.message ?? 'Refused by a staged fault.');
    case 'retired version':
      return refusalAnswer(410, 'UNSUPPORTED_API_VERSION', 'This version of the API is retired.');
    case 'answer':
      return {
        status: fault.status,
        body: fault.body,
        headers: fault.contentType === undefined ? {} : { 'content-type': fault.contentType },
      };
    default:
      return undefined;
  }
}

export const sessionRefused = refusalAnswer(401, 'INVALID_SESSION_ID', 'Session expired or invalid');

export function limitExceeded(limit: 'TotalRequests' | 'ConcurrentRequests'): ApiAnswer {
  const name = limit === 'TotalRequests' ? limit : `${limit} (Concurrent API Requests)`;
  return refusalAnswer(403, 'REQUEST_LIMIT_EXCEEDED', `${name} Limit exceeded.`);
}

/** Changes an answer as the fault says, after the request was carried out. */
export function spoiled(
  fault: SalesforceFault | undefined,
  answer: ApiAnswer,
): ApiAnswer | 'page' | 'nothing' {
  switch (fault?.name) {
    case 'html':
      return 'page';
    case 'empty answer':
      return 'nothing';
    case 'wrong length':
      return { ...answer, status: 200, body: withoutOne(answer.body) };
    default:
      return answer;
  }
}

function withoutOne(body: JsonValue | undefined): JsonValue {
  if (Array.isArray(body)) return body.slice(0, -1);
  if (typeof body !== 'object' || body === null) return [];
  const { searchRecords, records, compositeResponse, ...rest } = body;
  return Array.isArray(compositeResponse)
    ? { ...rest, compositeResponse: compositeResponse.slice(0, -1) }
    : searchRecords === undefined && records === undefined
      ? []
      : rest;
}

function withRetryAfter(answer: ApiAnswer, retryAfterMs: number | undefined): ApiAnswer {
  return retryAfterMs === undefined
    ? answer
    : { ...answer, headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } };
}
