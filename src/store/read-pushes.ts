import type { Knex } from 'knex';
import type { Push } from '../domain/push.ts';
import type { Stage } from '../domain/stage.ts';
import { dialects } from './dialect.ts';
import type { Store } from './store.ts';

interface PushRow {
  id: string;
  call_id: string;
  stage: Stage;
  content_hash: string;
  received_at: number;
  parsed: string;
}

/** All pushes of some calls. */
export async function readPushes(knex: Knex, callIds: readonly string[]): Promise<Push[]> {
  const rows = await knex('pushes')
    .select<PushRow[]>('id', 'call_id', 'stage', 'content_hash', 'received_at', 'parsed')
    .whereIn('call_id', callIds);
  return rows.map(pushOf);
}

/** All pushes of some calls, and the revisions of those calls that have any. */
export async function readStandingPushes(
  store: Store,
  knex: Knex,
  callIds: readonly string[],
): Promise<{ pushes: Push[]; revisions: Map<string, number> }> {
  const rows = await knex('pushes')
    .join('calls', 'calls.id', 'pushes.call_id')
    .select<(PushRow & { revision: number })[]>(
      'pushes.id',
      'pushes.call_id',
      'pushes.stage',
      'pushes.content_hash',
      'pushes.received_at',
      'pushes.parsed',
      'calls.revision',
    )
    .where((condition) => {
      if (!dialects[store.writer.dialect].writesTogether) void condition.whereIn('pushes.call_id', callIds);
      // A statement of fixed text is prepared once.
      else
        void condition.whereRaw(
          'pushes.call_id IN (SELECT value FROM json_each(?))',
          JSON.stringify(callIds),
        );
    });
  return {
    pushes: rows.map(pushOf),
    revisions: new Map(rows.map((row) => [row.call_id, row.revision])),
  };
}

function pushOf(row: PushRow): Push {
  const parsed = JSON.parse(row.parsed) as Pick<Push, 'fields' | 'extra'>;
  return {
    id: row.id,
    callId: row.call_id,
    stage: row.stage,
    contentHash: row.content_hash,
    receivedAtMs: row.received_at,
    fields: parsed.fields,
    extra: parsed.extra,
  };
}

/** The revisions of some calls. */
export async function readRevisions(knex: Knex, callIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await knex('calls')
    .select<{ id: string; revision: number }[]>('id', 'revision')
    .whereIn('id', callIds);
  return new Map(rows.map((row) => [row.id, row.revision]));
}
