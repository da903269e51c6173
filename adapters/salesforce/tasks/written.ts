import { rejected, retry, type Outcome } from '#contract';
import type { ItemVerdict } from '../api/item-verdict.ts';
import type { Fields } from './task-fields.ts';

/** What became of one Task of a write. */
export type Written =
  | { readonly kind: 'saved'; readonly id: string; readonly body: Fields }
  | Exclude<ItemVerdict, { kind: 'drop' | 'stop' | 'crowded' }>;

/** The outcome of a Task that was not written. */
export function refusedOutcome(id: string, written: Exclude<Written, { kind: 'saved' }>): Outcome {
  switch (written.kind) {
    case 'reject':
      return rejected(id, written.code, written.reason, written.remedy);
    case 'retry':
      return retry(id, written.code, written.reason);
    // Only a change finds its Task gone, and only a new one has a key to repeat.
    case 'gone':
    case 'duplicate':
      return retry(id, written.kind, 'Salesforce gave an answer that does not fit the request.');
  }
}

/** Of one that was refused for something else each time. */
export function stillRefused(code: string): Written {
  return {
    kind: 'reject',
    code: code.toLowerCase(),
    reason: `Salesforce refuses the Task again and again (${code}), each time for another field.`,
    remedy:
      'npm run doctor compares the settings with the org; then: npm run replay -- --destination salesforce',
  };
}

export const tryFewerLater: Written = {
  kind: 'retry',
  code: 'governor_limit',
  reason: 'A trigger or flow of the org could not take so many Tasks at once; fewer are tried next.',
};
