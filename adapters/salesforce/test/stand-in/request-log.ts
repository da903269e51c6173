import type { RequestKind, SalesforceFault } from './fault.ts';

/** A request as it came, with what became of it. */
export interface RecordedRequest {
  readonly kind: RequestKind;
  readonly method: string;
  /** With its query, as it stood on the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON; form fields of a token request without their values of secrets; undefined without a body. */
  readonly body: unknown;
  /** The text of a search or a query. */
  readonly text: string | undefined;
  readonly atMs: number;
  /** Undefined while there is no answer, and for ever when the connection was cut before one. */
  readonly status: number | undefined;
  /** The fault that struck it. */
  readonly fault: SalesforceFault['name'] | undefined;
}

/** What came over the wire. */
export interface RequestLog {
  readonly all: readonly RecordedRequest[];
  of(kind: RequestKind): readonly RecordedRequest[];
  /** Requests that count against the daily limit: all but those for tokens. */
  billable(): number;
  billableByKind(): Readonly<Partial<Record<RequestKind, number>>>;
  tokenRequests(): number;
  /** The SOSL of each search, in order. */
  searches(): readonly string[];
  /** Most requests with a token that were ever under way at one moment. */
  mostAtOnce(): number;
  /** Forgets what came before. The daily limit does not. */
  clear(): void;
}

/** A request while it is under way. */
export interface OpenRequest {
  strike(fault: SalesforceFault['name']): void;
  answered(status: number): void;
  /** The connection is done with it, however it ended. */
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
