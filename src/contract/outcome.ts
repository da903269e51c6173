import type { JsonValue } from '../domain/jet-fields.ts';

/** The result of one attempt at one delivery. Use the functions below to make one. */
export type Outcome = Delivered | Skipped | Retry | Rejected;

/** The destination shows this revision of the call, or a newer one. */
export interface Delivered {
  readonly kind: 'delivered';
  /** {@link Delivery.id} */
  readonly id: string;
  /**
   * The destination's own id of the record, at most 191 characters. The next delivery of the call carries it.
   * Undefined keeps the id of an earlier landing.
   */
  readonly remoteId: string | undefined;
  /** `unchanged`: the destination already showed this revision. */
  readonly effect: 'created' | 'updated' | 'unchanged';
  /**
   * Why the call landed where it did: the searched numbers, the candidates, the rule, the written fields. The store
   * keeps it with the delivery, operators can read it, and the next delivery carries it as `landedTrace`. It can hold
   * phone numbers but no secrets. Undefined keeps the last trace.
   */
  readonly trace: JsonValue | undefined;
  /**
   * Look again after this time, for a late match. Milliseconds, at most 30 days. Undefined: only when the call changes.
   */
  readonly revisitAfterMs: number | undefined;
}

/** A rule of the adapter excludes this call from the destination. */
export interface Skipped {
  readonly kind: 'skipped';
  /** {@link Delivery.id} */
  readonly id: string;
  /** The rule, in words that an operator understands. */
  readonly rule: string;
  /**
   * Look again after this time, because the rule may no longer apply. Milliseconds, at most 30 days. Undefined: only
   * when the call changes.
   */
  readonly revisitAfterMs?: number | undefined;
}

/**
 * The attempt failed but may work later. The core retries it with growing pauses for 72 hours. A retry made by {@link
 * held} waits for its own time.
 */
export interface Retry {
  readonly kind: 'retry';
  /** {@link Delivery.id} */
  readonly id: string;
  /** A stable code for counting: `row_locked`. At most 64 characters. */
  readonly code: string;
  /** One sentence for the operator, without secrets and whole phone numbers, since log lines show it. */
  readonly reason: string;
  /** The earliest next attempt, when the destination named one. Milliseconds. */
  readonly delayMs: number | undefined;
  /** A rule delays the delivery, and nothing failed. No attempt is counted, and a new push makes it due at once. */
  readonly isHeld?: true;
}

/** The delivery cannot work until somebody changes something. It stays visible and can be replayed. */
export interface Rejected {
  readonly kind: 'rejected';
  /** {@link Delivery.id} */
  readonly id: string;
  /** A stable code for counting: `field_too_long`. At most 64 characters. */
  readonly code: string;
  /** One sentence for the operator, without secrets and whole phone numbers. */
  readonly reason: string;
  /** What the operator can do about it. */
  readonly remedy: string;
}

/** The destination shows this revision or a newer one. */
export function delivered(
  id: string,
  details: {
    effect: Delivered['effect'];
    remoteId?: string | undefined;
    trace?: JsonValue | undefined;
    revisitAfterMs?: number | undefined;
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

/** A rule excludes the call. With `revisitAfterMs` the adapter looks again later. */
export function skipped(id: string, rule: string, revisitAfterMs?: number): Skipped {
  return { kind: 'skipped', id, rule, revisitAfterMs };
}

/** The attempt failed but may work later. `delayMs` is the pause that the destination asked for. */
export function retry(id: string, code: string, reason: string, delayMs?: number): Retry {
  return { kind: 'retry', id, code, reason, delayMs };
}

/**
 * A rule of the adapter delays the delivery, and nothing was tried. It is due again after `delayMs` (milliseconds), or
 * at once when a push changes the call. Use {@link retry} for errors: a push does not shorten their pauses.
 */
export function held(id: string, code: string, reason: string, delayMs: number): Retry {
  return { kind: 'retry', id, code, reason, delayMs, isHeld: true };
}

/** The delivery cannot work until somebody changes something. */
export function rejected(id: string, code: string, reason: string, remedy: string): Rejected {
  return { kind: 'rejected', id, code, reason, remedy };
}
