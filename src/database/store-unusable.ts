/** A database that must not be used: corrupt, unreadable, of another program, or newer than this one. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
  /** What the operator can do about it. */
  readonly remedy: string;

  constructor(reason: string, remedy: string, options: { cause?: unknown } = {}) {
    super(reason, options);
    this.remedy = remedy;
  }
}
