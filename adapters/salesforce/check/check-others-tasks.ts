import type { Finding } from '#contract';
import type { Parts } from '../tasks/parts.ts';
import { editOthersTasks } from '../api/remedies.ts';
import { quoted } from '../api/soql.ts';

const recentMs = 30 * 86_400_000;

/**
 * Checks that the integration user can change a Task of another owner. Under `SALESFORCE_LOG=live` it must do that at
 * the end of each call. Under `end` nothing is checked.
 */
export async function checkOthersTasks(
  { client, config, tools }: Parts,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const userId = client.userId();
  if (config.SALESFORCE_LOG !== 'live' || userId === undefined) return [];
  const since = new Date(tools.clock() - recentMs).toISOString();
  const [task] = await client.query(
    `SELECT Id FROM Task WHERE OwnerId != ${quoted(userId)} AND CreatedDate >= ${since} ORDER BY CreatedDate DESC LIMIT 1`,
    signal,
  );
  const taskId = task?.['Id'];
  if (typeof taskId !== 'string') {
    const message =
      'The integration user sees no Task of another owner from the last 30 days, so its right to change one was not checked.';
    return [{ level: 'ok', message }];
  }
  const [access] = await client.query(
    `SELECT RecordId, HasEditAccess FROM UserRecordAccess WHERE UserId = ${quoted(userId)} AND RecordId = ${quoted(taskId)}`,
    signal,
  );
  if (access?.['HasEditAccess'] === true)
    return [{ level: 'ok', message: 'The integration user can change Tasks of other owners.' }];
  return [
    {
      level: 'warning',
      message: `The integration user cannot change a Task of another owner (${taskId}). The Task of such a call would stay "${config.SALESFORCE_STATUS_OPEN}" after the end of the call.`,
      remedy: `${editOthersTasks}. Otherwise set SALESFORCE_LOG=end.`,
    },
  ];
}
