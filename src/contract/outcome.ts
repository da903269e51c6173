import type { JsonValue } from '../domain/jet-fields.ts';

/** What became of one delivery in one attempt. Made by the functions below. */
export type Outcome = Delivered | Skipped | Retry | Rejected;

/** The destination shows this revision of the call, or a newer one. */
export interface Delivered {
  readonly kind: 'delivered';
  /** {@link Delivery.id} */
  readonly id: string;
  /** The destination's own id of the record; handed back with the call's next revision. */
  readonly remoteId: string | undefined;
  readonly effect: 'created' | 'updated' | 'unchanged';
  /** Why the call landed where it did: numbers searched, candidates, rule, fields written. */
  readonly trace: JsonValue | undefined;
  /** Look again after this long, for a match that may come late. Milliseconds. */
  readonly revisitAfterMs: number | undefined;
}

/** A rule of the adapter says that this call does not belong there. Not tried again until the call changes. */
export interface Skipped {
  readonly kind: 'skipped';
  readonly id: string;
  /** The rule, in words that an operator understands. */
  readonly rule: string;
}

/** It may work later: tried again with growing pauses for 72 hours. */
export interface Retry {
  readonly kind: 'retry';
  readonly id: string;
  /** Stable, for counting: `row_locked`. */
  readonly code: string;
  readonly reason: string;
  /** Not before this long, when the destination said so. Milliseconds. */
  readonly delayMs: number | undefined;
}

/** It will not work until somebody changes something. Rests, visible and replayable. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly id: string;
  readonly code: string;
  readonly reason: string;
  /** What the operator can do about it. */
  readonly remedy: string;
}

export function delivered(
  id: string,
  details: {
    effect: Delivered['effect'];
    remoteId?: string | undefined;
    trace?: JsonValue;
    revisitAfterMs?: number;
  },
): Delivered {
  return {
    kind: 'delivered',
    id,
    effect: details.effect,
    remoteId: details.remoteId,
    trace: details.trace,
    revisitAfterMs: details.revisitAfterMs,
  };
}

export function skipped(id: string, rule: string): Skipped {
  return { kind: 'skipped', id, rule };
}

export function retry(id: string, code: string, reason: string, delayMs?: number): Retry {
  return { kind: 'retry', id, code, reason, delayMs };
}

export function rejected(id: string, code: string, reason: string, remedy: string): Rejected {
  return { kind: 'rejected', id, code, reason, remedy };
}
