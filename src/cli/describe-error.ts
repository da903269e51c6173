import { InvalidSettings } from '../config/read-settings.ts';
import { AdapterMisconfigured } from '../contract/errors.ts';
import { StoreUnusable } from '../database/store-unusable.ts';

/** What happened, and what to do about it, line by line. */
export function describeError(error: unknown): string[] {
  if (error instanceof StoreUnusable || error instanceof AdapterMisconfigured)
    return [error.message, error.remedy];
  // Its message names one setting a line, and holds no value.
  if (error instanceof InvalidSettings) return error.message.split('\n');
  return [error instanceof Error ? error.message : String(error)];
}
