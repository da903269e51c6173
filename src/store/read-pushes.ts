import type { Knex } from 'knex';
import type { Push } from '../domain/push.ts';
import type { Stage } from '../domain/stage.ts';
import { dialects } from '../database/dialect.ts';
import type { CurrentCalls } from './call-memory.ts';
import type { Store } from './store.ts';

/** The columns of a push that `pushOf` reads. */
export interface PushRow {
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

/** The stored state of some calls. A call without pushes has no revision. */
export async function readCurrentCalls(
  store: Store,
  knex: Knex,
  callIds: readonly string[],
): Promise<CurrentCalls> {
  const rows = await currentRows(store, knex, callIds);
  const lengths = new Map<string, number>();
  for (const { call_id: id, parsed } of rows) lengths.set(id, (lengths.get(id) ?? 0) + parsed.length);
  return {
    pushes: rows.map(pushOf),
    revisions: new Map(rows.map((row) => [row.call_id, row.revision])),
    lengths,
  };
}

type CurrentRow = PushRow & { revision: number };

async function currentRows(store: Store, knex: Knex, callIds: readonly string[]): Promise<CurrentRow[]> {
  const { looksUpEach, rowsAsJson } = dialects[store.writer.dialect];
  const query = knex('pushes')
    .join('calls', 'calls.id', 'pushes.call_id')
    .select<CurrentRow[]>(
      'pushes.id',
      'pushes.call_id',
      'pushes.stage',
      'pushes.content_hash',
      'pushes.received_at',
      'pushes.parsed',
      'calls.revision',
    );
  if (looksUpEach) {
    // OFFSET keeps PostgreSQL from turning the lookup into one join again.
    const { rows } = await knex.raw<{ rows: CurrentRow[] }>(
      'SELECT found.* FROM unnest(?::text[]) AS wanted (call_id) CROSS JOIN LATERAL (? OFFSET 0) AS found',
      [[...callIds], query.whereRaw('pushes.call_id = wanted.call_id')],
    );
    return rows;
  }
  return rowsAsJson
    ? // A statement with a fixed text is prepared only once.
      query.whereRaw('pushes.call_id IN (SELECT value FROM json_each(?))', JSON.stringify(callIds))
    : query.whereIn('pushes.call_id', callIds);
}

export function pushOf(row: PushRow): Push {
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

export async function readRevisions(knex: Knex, callIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await knex('calls')
    .select<{ id: string; revision: number }[]>('id', 'revision')
    .whereIn('id', callIds);
  return new Map(rows.map((row) => [row.id, row.revision]));
}
