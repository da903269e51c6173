import type { RequestKind } from './request-kind.ts';

/** A received request, including faulty ones. */
export interface SeenRequest {
  readonly kind: RequestKind;
  readonly method: string;
  /** The path with its query, from the slash on. */
  readonly path: string;
  /** `legacy` (v3, v4), or the dated version. */
  readonly apiVersion: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed as JSON, otherwise the text. Undefined when there is no body. */
  readonly body: unknown;
  readonly atMs: number;
  /** Whether it was the first on its connection. */
  readonly socket: 'fresh' | 'reused';
  /** The status that was sent. Undefined when none was. */
  status: number | undefined;
  /** True when a staged fault affected it. */
  faulty: boolean;
}
