import type { Landing } from './landing.ts';

/** A Task that is there, and whose content may differ from what it is to be. */
export interface KnownTask {
  readonly landing: Landing;
  /** Undefined: Salesforce says that it is there, and not where. */
  readonly taskId: string | undefined;
  /** True when only a refused duplicate speaks for it: it may be something else. */
  readonly isDuplicate: boolean;
}
