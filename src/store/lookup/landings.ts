import type { CallRecord } from '../../domain/fold.ts';
import type { JsonValue } from '../../domain/jet-fields.ts';
import type { Store } from '../store.ts';

/** A call with its last landing at a destination. */
export interface StoredLanding {
  readonly call: CallRecord;
  readonly revision: number;
  readonly remoteId: string | undefined;
  readonly landedRevision: number | undefined;
  readonly landedTrace: JsonValue | undefined;
  readonly attemptedBefore: boolean;
}

interface LandingRow {
  id: string;
  record: string;
  revision: number;
  remote_id: string | null;
  delivered_revision: number | null;
  trace: string | null;
  attempted_at: number | null;
}

/** Some calls with their last landing at a destination, by call id. Removed calls are absent. */
export async function readLandings(
  { reader }: Store,
  destination: string,
  callIds: readonly string[],
): Promise<ReadonlyMap<string, StoredLanding>> {
  const rows = await reader
    .knex('calls')
    .leftJoin('deliveries', (join) =>
      join.on('deliveries.call_id', 'calls.id').andOnVal('deliveries.destination', destination),
    )
    .whereIn('calls.id', [...callIds])
    .select<LandingRow[]>(
      ...['calls.id', 'calls.record', 'calls.revision', 'deliveries.remote_id', 'deliveries.trace'],
      ...['deliveries.delivered_revision', 'deliveries.attempted_at'],
    );
  return new Map(
    rows.map((row) => [
      row.id,
      {
        call: JSON.parse(row.record) as CallRecord,
        revision: row.revision,
        remoteId: row.remote_id ?? undefined,
        landedRevision: row.delivered_revision ?? undefined,
        landedTrace: row.trace === null ? undefined : (JSON.parse(row.trace) as JsonValue),
        attemptedBefore: row.attempted_at !== null,
      },
    ]),
  );
}
