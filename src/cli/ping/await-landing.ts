import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../database/open-database.ts';
import { reportingTable } from '../../reporting/reporting-column.ts';
import { readDestinations } from '../../store/destinations.ts';
import type { Store } from '../../store/store.ts';
import { StepFailed } from './steps.ts';

const pollMs = 100;
// A batch that is in flight may still write the row.
const settlesMs = 1_000;

/** Waits until the test call is a row of the reporting table. */
export async function awaitLanding(
  store: Store,
  reportingUrl: string,
  callId: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const database = openDatabase(reportingUrl, 'read');
  try {
    const endMs = performance.now() + waitMs;
    while (performance.now() < endMs) {
      const row = await database
        .knex(reportingTable)
        .where({ call_id: callId })
        .first<{ call_id: string } | undefined>('call_id')
        .catch(() => undefined);
      if (row !== undefined) return;
      await sleep(pollMs, undefined, { signal });
    }
    throw await whyNot(store, waitMs);
  } finally {
    await database.close();
  }
}

async function whyNot(store: Store, waitMs: number): Promise<StepFailed> {
  const what = `The call is stored, but did not land in ${reportingTable} within ${waitMs / 1000} s`;
  const destination = (await readDestinations(store)).find(({ name }) => name === 'sql');
  if (destination !== undefined && destination.pausedUntilMs > Date.now())
    return new StepFailed(
      `${what}: the destination sql is paused, because ${destination.pauseReason ?? 'it failed'}`,
      destination.pauseRemedy ?? 'To find the cause: npm run doctor',
    );
  if (destination?.holder === null)
    return new StepFailed(
      `${what}: no process delivers to sql.`,
      'Start a process with ROLE=all or ROLE=deliver, and with sql in its ADAPTERS.',
    );
  return new StepFailed(`${what}.`, 'There may be a backlog. Look at jet_backlog_age_seconds and the log.');
}

/** Removes the row of the test call. When the call did not land in time, waits for a batch that may still write it. */
export async function removeRow(reportingUrl: string, callId: string, hasLanded: boolean): Promise<void> {
  const database = openDatabase(reportingUrl);
  try {
    if (!hasLanded) await sleep(settlesMs);
    const isThere = database.file === undefined || (await database.knex.schema.hasTable(reportingTable));
    if (isThere) await database.knex(reportingTable).where({ call_id: callId }).delete();
  } finally {
    await database.close();
  }
}
