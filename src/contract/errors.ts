/**
 * Thrown from `deliver` or `prepare`: the destination as a whole cannot be reached or asks for a pause. The
 * whole batch is tried again later and no attempt is counted.
 */
export class DestinationUnavailable extends Error {
  override readonly name = 'DestinationUnavailable';
  /** Not before this long, when the destination said so. Milliseconds, an hour at most. Undefined: 1 s, growing to 5 min. */
  readonly retryAfterMs: number | undefined;

  /** @param reason one sentence for the operator: no secret and no whole number, since it goes into log lines */
  constructor(reason: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(reason, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Thrown from `create`, `prepare` or `deliver`: credentials, permissions or settings are wrong. The destination
 * pauses until that is mended (it is looked at again every few minutes), and `/readyz` says so.
 */
export class AdapterMisconfigured extends Error {
  override readonly name = 'AdapterMisconfigured';
  /** What the operator can do about it. */
  readonly remedy: string;

  /** @param reason one sentence for the operator: no secret and no whole number, since it goes into log lines */
  constructor(reason: string, remedy: string, options: { cause?: unknown } = {}) {
    super(reason, { cause: options.cause });
    this.remedy = remedy;
  }
}
