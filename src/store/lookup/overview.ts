import { firstPushIdAt } from '../push-id.ts';
import type { Store } from '../store.ts';

/** How many pushes came in one minute. */
export interface PushMinute {
  /** The start of the minute, in epoch milliseconds. */
  readonly startMs: number;
  readonly pushes: number;
}

const minuteMs = 60_000;

/** The number of pushes in each of the latest minutes, the oldest first. The last minute is not over yet. */
export async function readPushMinutes(store: Store, minutes: number, nowMs: number): Promise<PushMinute[]> {
  const { knex } = store.reader;
  const lastMs = Math.floor(nowMs / minuteMs) * minuteMs;
  const starts = Array.from({ length: minutes }, (_none, index) => lastMs - (minutes - 1 - index) * minuteMs);
  // Ids sort by time of receipt, so each count reads a range of the key.
  const counts = starts.map((startMs) =>
    knex('pushes')
      .where('id', '>=', firstPushIdAt(startMs))
      .where('id', '<', firstPushIdAt(startMs + minuteMs))
      .select(knex.raw('? as start_ms', [startMs]), knex.raw('count(*) as pushes')),
  );
  const rows = (await knex.unionAll(counts)) as { start_ms: number | string; pushes: number | string }[];
  const found = new Map(rows.map((row) => [Number(row.start_ms), Number(row.pushes)]));
  return starts.map((startMs) => ({ startMs, pushes: found.get(startMs) ?? 0 }));
}

/** How many of the latest pushes are searched for the last push of each stage. */
export const latestPushesMax = 2_000;

/** When the last push of each stage came, among the latest {@link latestPushesMax}. In epoch milliseconds. */
export async function readLastPushes(store: Store): Promise<ReadonlyMap<string, number>> {
  const { knex } = store.reader;
  const latest = knex('pushes')
    .orderBy('id', 'desc')
    .limit(latestPushesMax)
    .select('stage', 'received_at')
    .as('latest');
  const rows = await knex
    .from(latest)
    .groupBy('stage')
    .select<{ stage: string; last: number | string }[]>('stage', knex.raw('max(received_at) as last'));
  return new Map(rows.map(({ stage, last }) => [stage, Number(last)]));
}

/** The bodies in the quarantine that nobody has replayed. */
export interface QuarantineState {
  readonly bodies: number;
  readonly lastAtMs: number | undefined;
}

// The quarantine is limited in bytes, so this count is bounded. Above this limit the page says "10,000 or more".
export const quarantineCountMax = 10_000;

export async function readQuarantineState(store: Store): Promise<QuarantineState> {
  const { knex } = store.reader;
  const waiting = knex('quarantine')
    .whereNull('replayed_as')
    .limit(quarantineCountMax)
    .select('last_received_at')
    .as('waiting');
  const [row] = await knex
    .from(waiting)
    .select<{ bodies: number | string; last: number | string | null }[]>(
      knex.raw('count(*) as bodies'),
      knex.raw('max(last_received_at) as last'),
    );
  return {
    bodies: Number(row?.bodies ?? 0),
    lastAtMs: row?.last === null || row?.last === undefined ? undefined : Number(row.last),
  };
}
