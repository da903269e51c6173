import {
  AdapterMisconfigured,
  delivered,
  rejected,
  type Delivery,
  type Finding,
  type Outcome,
} from '#contract';
import { reportingTable } from '#reporting';
import type { SqlClient } from './client.ts';
import { rowOf } from './mapping.ts';

/** Lands a batch as rows. A row that the database refuses is set aside, and the others land. */
export async function deliver(
  client: SqlClient,
  batch: readonly Delivery[],
  nowMs: number,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  if (batch.length === 0) return [];
  const rows = batch.map(({ call, revision }) => rowOf(call, revision, nowMs, client.dialect));
  const days = batch.map(({ call }) => call.started_at_local.date);
  const landedBefore = batch.filter(({ remoteId }) => remoteId !== undefined).map(({ id }) => id);
  try {
    await client.write({ rows, days, landedBefore }, signal);
    return batch.map(landed);
  } catch (error) {
    if (!client.isDataError(error)) throw error;
    if (batch.length === 1) return batch.map((delivery) => refused(delivery, error));
  }
  const outcomes: Outcome[] = [];
  for (const delivery of batch) outcomes.push(...(await deliver(client, [delivery], nowMs, signal)));
  return outcomes;
}

/** Checks that the table exists and can be read. */
export async function check(client: SqlClient, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    const rows = await client.countRows(signal);
    if (rows === undefined) {
      return [
        {
          level: 'ok',
          message: 'The reporting database does not exist yet. It is made at the first start: npm start',
        },
      ];
    }
    return [
      {
        level: 'ok',
        message: `The reporting table ${reportingTable} is there and holds ${rows} ${rows === 1 ? 'row' : 'rows'}.`,
      },
    ];
  } catch (error) {
    return [
      {
        level: 'fault',
        message: error instanceof Error ? error.message : 'The reporting database cannot be used.',
        remedy:
          error instanceof AdapterMisconfigured
            ? error.remedy
            : `Check REPORTING_DATABASE_URL. The table ${reportingTable} is made when a worker starts.`,
      },
    ];
  }
}

function landed({ id, remoteId }: Delivery): Outcome {
  return delivered(id, { remoteId: id, effect: remoteId === undefined ? 'created' : 'updated' });
}

function refused({ id }: Delivery, error: unknown): Outcome {
  const code = (error as { code?: unknown }).code;
  return rejected(
    id,
    'row_refused',
    `The database refused the row (${typeof code === 'string' ? code : 'no code'}).`,
    'Compare the columns of the table with docs/reporting-table.md, then replay the delivery.',
  );
}
