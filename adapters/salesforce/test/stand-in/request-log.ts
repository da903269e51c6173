import type { RequestKind, SalesforceFault } from './fault.ts';

/** A received request and its result. */
export interface RecordedRequest {
  readonly kind: RequestKind;
  readonly method: string;
  /** The path with its query, as received. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON, or the form fields of a token request without secrets. Undefined without a body. */
  readonly body: unknown;
  /** The statement of a search or query. */
  readonly text: string | undefined;
  readonly atMs: number;
  /** Undefined until the answer. It stays undefined when the connection was cut before an answer. */
  readonly status: number | undefined;
  /** The fault that affected the request. */
  readonly fault: SalesforceFault['name'] | undefined;
}

/** The requests that the stand-in received. */
export interface RequestLog {
  readonly all: readonly RecordedRequest[];
  of(kind: RequestKind): readonly RecordedRequest[];
  /** The number of requests that count against the daily limit: all except token requests. */
  billable(): number;
  billableByKind(): Readonly<Partial<Record<RequestKind, number>>>;
  tokenRequests(): number;
  /** The SOSL of each search, in order. */
  searches(): readonly string[];
  /** The most requests with a token that ran at the same time. */
  mostAtOnce(): number;
  /** Clears the log. The daily limit keeps its count. */
  clear(): void;
}

/** A request that is still running. */
export interface OpenRequest {
  strike(fault: SalesforceFault['name']): void;
  answered(status: number): void;
  /** Called when the request has ended in any way. */
  ended(): void;
}

export interface RequestRecorder extends RequestLog {
  record(request: Omit<RecordedRequest, 'status' | 'fault'>): OpenRequest;
}

export function createRequestLog(): RequestRecorder {
  let all: { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] }[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const billable = () => all.filter(({ kind }) => kind !== 'token');
  return {
    get all() {
      return all;
    },
    of: (kind) => all.filter((request) => request.kind === kind),
    billable: () => billable().length,
    billableByKind() {
      const counts: Partial<Record<RequestKind, number>> = {};
      for (const { kind } of billable()) counts[kind] = (counts[kind] ?? 0) + 1;
      return counts;
    },
    tokenRequests: () => all.length - billable().length,
    searches: () => all.filter(({ kind }) => kind === 'search').map(({ text }) => text ?? ''),
    mostAtOnce: () => mostAtOnce,
    clear() {
      all = [];
      mostAtOnce = atOnce;
    },
    record(request) {
      const recorded: (typeof all)[number] = { ...request, status: undefined, fault: undefined };
      all.push(recorded);
      const counts = request.kind === 'token' ? 0 : 1;
      atOnce += counts;
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      return {
        strike(fault) {
          recorded.fault = fault;
        },
        answered(status) {
          recorded.status = status;
        },
        ended() {
          atOnce -= counts;
        },
      };
    },
  };
}
