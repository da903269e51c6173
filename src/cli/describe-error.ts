import { InvalidSettings } from '../config/read-settings.ts';
import { AdapterMisconfigured } from '../contract/errors.ts';
import { StoreUnusable } from '../database/store-unusable.ts';

/** Says in separate lines what happened and what to do about it. */
export function describeError(error: unknown): string[] {
  if (error instanceof StoreUnusable || error instanceof AdapterMisconfigured)
    return [error.message, error.remedy];
  // The message names one setting on each line, and never shows a value.
  if (error instanceof InvalidSettings) return error.message.split('\n');
  return [error instanceof Error ? error.message : String(error)];
}
