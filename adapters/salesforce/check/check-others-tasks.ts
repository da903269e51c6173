import type { Finding } from '#contract';
import type { Parts } from '../tasks/parts.ts';
import { editOthersTasks } from '../api/remedies.ts';
import { quoted } from '../api/soql.ts';

const recentMs = 30 * 86_400_000;

/**
 * Looks whether the integration user may change a Task that somebody else owns, as it must at the end of each call that
 * is shown while it lasts. Asks nothing where calls are logged at their end.
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
      'Whether Tasks that others own may be changed cannot be told: the integration user sees none of the last 30 days.';
    return [{ level: 'ok', message }];
  }
  const [access] = await client.query(
    `SELECT RecordId, HasEditAccess FROM UserRecordAccess WHERE UserId = ${quoted(userId)} AND RecordId = ${quoted(taskId)}`,
    signal,
  );
  if (access?.['HasEditAccess'] === true)
    return [{ level: 'ok', message: 'Tasks that others own may be changed.' }];
  return [
    {
      level: 'warning',
      message: `The integration user may not change a Task that somebody else owns (${taskId}): such a call would stay "${config.SALESFORCE_STATUS_OPEN}" after its end.`,
      remedy: `${editOthersTasks}; or set SALESFORCE_LOG=end.`,
    },
  ];
}
