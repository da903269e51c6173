import type { RequestKind } from './request-kind.ts';

/** A request that came, faulty ones included. */
export interface SeenRequest {
  readonly kind: RequestKind;
  readonly method: string;
  /** With its query, from the slash on. */
  readonly path: string;
  /** `legacy` (v3, v4), or the dated version. */
  readonly apiVersion: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed as JSON; the text where it is none; undefined where there is none. */
  readonly body: unknown;
  readonly atMs: number;
  /** Whether it was the first on its connection. */
  readonly socket: 'fresh' | 'reused';
  /** The status that was sent; undefined where none was. */
  status: number | undefined;
  /** True when a staged fault met it. */
  faulty: boolean;
}
