/**
 * Thrown from `deliver` or `prepare` when the whole destination is unreachable or asks for a pause. The whole batch is
 * retried later, and no attempt is counted.
 */
export class DestinationUnavailable extends Error {
  override readonly name = 'DestinationUnavailable';
  /**
   * The pause that the destination asked for, in milliseconds; at most an hour counts. Undefined: pauses that grow from
   * 1 s to 5 min.
   */
  readonly retryAfterMs: number | undefined;

  /** @param reason one sentence for the operator, without secrets and whole phone numbers, since log lines show it */
  constructor(reason: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(reason, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Thrown from `create`, `prepare` or `deliver` when credentials, permissions or settings are wrong. The destination
 * pauses until somebody corrects them, and `/readyz` says so. The core tries again every few minutes.
 */
export class AdapterMisconfigured extends Error {
  override readonly name = 'AdapterMisconfigured';
  /** What the operator can do about it. */
  readonly remedy: string;

  /** @param reason one sentence for the operator, without secrets and whole phone numbers, since log lines show it */
  constructor(reason: string, remedy: string, options: { cause?: unknown } = {}) {
    super(reason, { cause: options.cause });
    this.remedy = remedy;
  }
}
