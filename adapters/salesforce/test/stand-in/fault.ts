import type { JsonValue } from '../../../../src/domain/jet-fields.ts';
import type { Fields, ObjectName } from './org/org-record.ts';

/** The kind of a request, for faults and counts. */
export type RequestKind =
  | 'token'
  | 'search'
  | 'query'
  | 'describe'
  | 'retrieve'
  /** Records created by POST, one or many. */
  | 'create'
  /** Records changed by id, one or many. */
  | 'update'
  /** Records written by an external id, one or many. */
  | 'upsert'
  | 'composite'
  | 'limits'
  | 'other';

/** The requests that a fault affects: kinds, all writes, all reads, all with a token (`api`, the default), or all. */
export type FaultScope = RequestKind | readonly RequestKind[] | 'writes' | 'reads' | 'api' | 'everything';

/** How the org misbehaves. The names say what the client sees. "Done" means carried out in the org. */
export type SalesforceFault =
  /** Nothing is done, and the connection is cut. */
  | { readonly name: 'reset before the write' }
  /** All is done, and the connection is cut without an answer. */
  | { readonly name: 'reset after the write' }
  /** The first half of the records (or subrequests) is written, and the connection is cut. */
  | { readonly name: 'reset in the middle of the write' }
  /** All is done; headers and half of the body come, then the connection is cut. */
  | { readonly name: 'reset in the middle of the answer' }
  /** All is done; headers and half of the body come, and nothing more ever. */
  | { readonly name: 'headers then silence' }
  /** Nothing is done and nothing ever comes. */
  | { readonly name: 'silence' }
  /** The org waits first. Nothing is done for a client that has disconnected meanwhile. */
  | { readonly name: 'slow answer'; readonly delayMs: number }
  /** All is done, and the answer is a page with status 200. */
  | { readonly name: 'html' }
  /** All is done. The answer is 200 with one item too few, or without the list of a search or query. */
  | { readonly name: 'wrong length' }
  /** All is done, and the answer is 200 without a body. */
  | { readonly name: 'empty answer' }
  /** Nothing is done: 302 to `location`, by default a login page. */
  | { readonly name: 'redirect'; readonly location?: string }
  /** Nothing is done. 401 INVALID_SESSION_ID, whatever the token. */
  | { readonly name: 'session refused' }
  /** 400 of the token endpoint; only with the scope `token` or `everything`. */
  | {
      readonly name: 'token refused';
      readonly error: 'invalid_client' | 'invalid_client_id' | 'invalid_grant';
    }
  /** 503 SERVER_UNAVAILABLE. Nothing is done. */
  | { readonly name: 'unavailable'; readonly retryAfterMs?: number }
  /** 500 UNKNOWN_EXCEPTION. Nothing is done. */
  | { readonly name: 'unknown exception' }
  /** 429. Nothing is done. */
  | { readonly name: 'too many requests'; readonly retryAfterMs?: number }
  /** 403 REQUEST_LIMIT_EXCEEDED. Nothing is done. */
  | { readonly name: 'limit exceeded'; readonly limit: 'TotalRequests' | 'ConcurrentRequests' }
  /** 403 of another code: API_DISABLED_FOR_ORG, STORAGE_LIMIT_EXCEEDED... Nothing is done. */
  | { readonly name: 'forbidden'; readonly errorCode: string; readonly message?: string }
  /** 410, as for a retired version. Nothing is done. */
  | { readonly name: 'retired version' }
  /** Any other status with a body. Nothing is done. */
  | {
      readonly name: 'answer';
      readonly status: number;
      readonly body: JsonValue;
      readonly contentType?: string;
    }
  /** Some records of a write are refused with this error, and the others are accepted. */
  | ItemFault;

export interface ItemFault {
  readonly name: 'item refused';
  /** `UNABLE_TO_LOCK_ROW`, `FIELD_CUSTOM_VALIDATION_EXCEPTION`, ... */
  readonly statusCode: string;
  readonly message?: string;
  readonly fields?: readonly string[];
  /** Selects records by their stored values with the new values over them. By default all records of the request. */
  readonly when?: (record: Fields, object: ObjectName) => boolean;
}

interface Staged {
  readonly fault: SalesforceFault;
  readonly scope: FaultScope;
  left: number;
}

/** The staged faults that no request has used yet. */
export interface FaultQueue {
  stage(fault: SalesforceFault, scope: FaultScope, times: number): void;
  /** The fault for a request of this kind. It counts one use. */
  take(kind: RequestKind): SalesforceFault | undefined;
  clear(): void;
}

export function createFaultQueue(): FaultQueue {
  let staged: Staged[] = [];
  return {
    stage(fault, scope, times) {
      staged.push({ fault, scope, left: times });
    },
    take(kind) {
      const next = staged.find(({ scope }) => isInScope(kind, scope));
      if (next === undefined) return undefined;
      next.left -= 1;
      staged = staged.filter(({ left }) => left > 0);
      return next.fault;
    },
    clear() {
      staged = [];
    },
  };
}

const writes: readonly RequestKind[] = ['create', 'update', 'upsert', 'composite'];

function isInScope(kind: RequestKind, scope: FaultScope): boolean {
  switch (scope) {
    case 'everything':
      return true;
    case 'api':
      return kind !== 'token';
    case 'writes':
      return writes.includes(kind);
    case 'reads':
      return kind !== 'token' && !writes.includes(kind);
    default:
      return scope === kind || scope.includes(kind);
  }
}
