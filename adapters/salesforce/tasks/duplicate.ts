import { rejected, retry, type Outcome } from '#contract';
import type { Row } from '../client.ts';
import { landed, type KnownTask } from './landing.ts';
import { callObject, taskKey } from '../mapping.ts';
import type { Parts } from './parts.ts';
import { keyField } from './task-fields.ts';

/** A Task that was just made shows within moments: after so many attempts it never will. */
const attemptsMax = 4;

/**
 * What becomes of a Task that Salesforce refused as a duplicate of one that cannot be told to be the call's.
 *
 * @param row the record that it named, or that has the key; undefined: the integration user sees none
 * @returns undefined when it is the call's own
 */
export function unclearDuplicate(
  { config, tools }: Parts,
  { landing, taskId, isDuplicate }: KnownTask,
  row: Row | undefined,
): Outcome | undefined {
  const { delivery } = landing;
  if (!isDuplicate) return undefined;
  if (row !== undefined) {
    const isOurs = row[keyField] === taskKey(delivery) || row['CallObject'] === callObject(delivery);
    return isOurs ? undefined : rejected(delivery.id, 'duplicate_value', foreign.reason, foreign.remedy);
  }
  if (taskId !== undefined) {
    const notes = [...landing.notes, 'it is there already, and the integration user may not see it'];
    const details = { taskId, effect: 'unchanged', wrote: {} } as const;
    return landed({ ...landing, notes }, details, config, tools.clock());
  }
  return delivery.attempt < attemptsMax
    ? retry(delivery.id, 'duplicate_hidden', hidden.reason)
    : rejected(delivery.id, 'duplicate_hidden', hidden.reason, hidden.remedy);
}

const again = 'then: npm run replay -- --destination salesforce --state rejected';
const foreign = {
  reason: "Salesforce refuses the Task, since another call's has a value that the org keeps unique.",
  remedy: `Deploy adapters/salesforce/metadata again: the key is to be case sensitive; and map nothing to a unique field, ${again}`,
};
const hidden = {
  reason: 'Salesforce says that the Task is there, and the integration user does not see it.',
  remedy: `Let the integration user see all Tasks (View All Data, or a role above their owners), and map nothing to a unique field, ${again}`,
};
