import type { JsonValue } from '../domain/jet-fields.ts';

/** What became of one delivery in one attempt. Made by the functions below. */
export type Outcome = Delivered | Skipped | Retry | Rejected;

/** The destination shows this revision of the call, or a newer one. */
export interface Delivered {
  readonly kind: 'delivered';
  /** {@link Delivery.id} */
  readonly id: string;
  /**
   * The destination's own id of the record, at most 191 characters; handed back with the call's next revision.
   * Undefined keeps what an earlier landing named.
   */
  readonly remoteId: string | undefined;
  /** `unchanged`: the destination showed it already. */
  readonly effect: 'created' | 'updated' | 'unchanged';
  /**
   * Why the call landed where it did: numbers searched, candidates, rule, fields written. Kept with the delivery,
   * shown to the operator and handed back as `landedTrace`. It may hold numbers, and never a secret. Undefined
   * keeps the last one.
   */
  readonly trace: JsonValue | undefined;
  /**
   * Look again after this long, for a match that may come late. Milliseconds, 30 days at most. Undefined: only
   * when the call changes.
   */
  readonly revisitAfterMs: number | undefined;
}

/** A rule of the adapter says that this call does not belong there. */
export interface Skipped {
  readonly kind: 'skipped';
  /** {@link Delivery.id} */
  readonly id: string;
  /** The rule, in words that an operator understands. */
  readonly rule: string;
  /**
   * Look again after this long: the rule may not hold any more. Milliseconds, 30 days at most. Undefined: only when
   * the call changes.
   */
  readonly revisitAfterMs?: number | undefined;
}

/** It may work later: tried again with growing pauses for 72 hours; made by {@link held}, at the time it names. */
export interface Retry {
  readonly kind: 'retry';
  /** {@link Delivery.id} */
  readonly id: string;
  /** Stable, for counting: `row_locked`. At most 64 characters. */
  readonly code: string;
  /** One sentence for the operator: no secret and no whole number, since it goes into log lines. */
  readonly reason: string;
  /** Not before this long, when the destination said so. Milliseconds. */
  readonly delayMs: number | undefined;
  /** A rule holds it back and nothing failed: no attempt is counted, and a new push makes it due at once. */
  readonly isHeld?: true;
}

/** It will not work until somebody changes something. Rests, visible and replayable. */
export interface Rejected {
  readonly kind: 'rejected';
  /** {@link Delivery.id} */
  readonly id: string;
  /** Stable, for counting: `field_too_long`. At most 64 characters. */
  readonly code: string;
  /** One sentence for the operator: no secret and no whole number. */
  readonly reason: string;
  /** What the operator can do about it. */
  readonly remedy: string;
}

/** The destination shows this revision, or a newer one. */
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

/** A rule says that the call does not belong there, or not yet: then `revisitAfterMs`. */
export function skipped(id: string, rule: string, revisitAfterMs?: number): Skipped {
  return { kind: 'skipped', id, rule, revisitAfterMs };
}

/** It may work later. `delayMs`: not before, when the destination said so. */
export function retry(id: string, code: string, reason: string, delayMs?: number): Retry {
  return { kind: 'retry', id, code, reason, delayMs };
}

/**
 * A rule of the adapter holds the delivery back for now; it was not tried. It is due again after `delayMs`
 * (milliseconds), or at once when a push changes the call. For errors use {@link retry}: those keep their time.
 */
export function held(id: string, code: string, reason: string, delayMs: number): Retry {
  return { kind: 'retry', id, code, reason, delayMs, isHeld: true };
}

/** It will not work until somebody changes something. */
export function rejected(id: string, code: string, reason: string, remedy: string): Rejected {
  return { kind: 'rejected', id, code, reason, remedy };
}
