import type { Knex } from 'knex';
import type { Store } from '../store.ts';

export interface PastTime {
  /** Calls without a push since this time are removed, and so are refused bodies. Undefined: they are kept. */
  readonly beforeMs: number | undefined;
  /** Tokens and approvals that expired before this time are removed. */
  readonly endedBeforeMs: number;
  /** Tombstones that were made before this time are removed. */
  readonly tombstonesBeforeMs: number;
  readonly nowMs: number;
}

/** Counts the rows that housekeeping would remove, by kind. Reads whole tables, so it is only for a person's request. */
export async function countPastTime(
  { reader: { knex } }: Store,
  { beforeMs, endedBeforeMs, tombstonesBeforeMs, nowMs }: PastTime,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const count = async (kind: string, rows: Knex.QueryBuilder): Promise<void> => {
    const [row] = await rows.count<{ rows: number | string }[]>({ rows: '*' });
    counts.set(kind, Number(row?.rows ?? 0));
  };
  if (beforeMs !== undefined) {
    const owed = knex('deliveries').whereIn('state', ['due', 'exhausted']).select('call_id');
    const old = (): Knex.QueryBuilder =>
      knex('calls').where('last_received_at', '<', beforeMs).whereNotIn('id', owed);
    await count('calls', old());
    await count('pushes', knex('pushes').whereIn('call_id', old().select('id')));
    await count('audit entries', knex('audit').where('at', '<', beforeMs));
    await count('refused bodies', knex('quarantine').where('last_received_at', '<', beforeMs));
    await count('refused requests', knex('refused_requests').where('last_at', '<', beforeMs));
    await count('replay jobs', knex('replay_jobs').where('finished_at', '<', beforeMs));
  }
  await count('tokens', knex('oauth_tokens').where('expires_at', '<', endedBeforeMs));
  await count('approvals', knex('oauth_families').where('expires_at', '<', endedBeforeMs));
  await count('sessions', knex('sessions').where('expires_at', '<', nowMs));
  await count('search results', knex('match_ledger').where('valid_until', '<=', nowMs));
  await count('notes of adapters', knex('destination_notes').where('valid_until', '<=', nowMs));
  await count('tombstones', knex('tombstones').where('made_at', '<', tombstonesBeforeMs));
  return counts;
}
