import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../../src/database/database.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import type { LandedCall, StoredRow } from '../traffic/answered-pushes.ts';

/** Reads a database from outside the process under test. Retries a busy server for a minute. */
export async function reading<Result>(
  url: string,
  read: (database: Database) => Promise<Result>,
): Promise<Result> {
  const endMs = performance.now() + 60_000;
  for (;;) {
    const database = openDatabase(url, 'read');
    try {
      return await read(database);
    } catch (error) {
      if (!database.isAway(error) || performance.now() > endMs) throw error;
      await sleep(500);
    } finally {
      await database.close();
    }
  }
}

export function readStored(url: string): Promise<StoredRow[]> {
  return reading(url, async ({ knex }) => {
    const rows = await knex('pushes').select<{ call_id: string; stage: string }[]>('call_id', 'stage');
    return rows.map(({ call_id: callId, stage }) => ({ callId, stage }));
  });
}

/** The revision of each call that a destination must show. Calls can have newer ones without new data. */
export function readDue(url: string, destination: string): Promise<Map<string, number>> {
  return reading(url, async ({ knex }) => {
    const rows = await knex('deliveries')
      .where({ destination })
      .select<{ call_id: string; revision: number | string }[]>('call_id', 'revision');
    return new Map(rows.map(({ call_id: callId, revision }) => [callId, Number(revision)]));
  });
}

export function readReporting(url: string): Promise<LandedCall[]> {
  return reading(url, async ({ knex }) => {
    // The first worker that takes the destination creates the table.
    if (!(await knex.schema.hasTable('jet_calls'))) return [];
    const rows = await knex('jet_calls').select<Record<string, unknown>[]>(
      'call_id',
      'revision',
      'service_name',
      'queue_name',
      'duration_seconds',
    );
    const times = new Map<unknown, number>();
    for (const { call_id: callId } of rows) times.set(callId, (times.get(callId) ?? 0) + 1);
    return rows.map((row) => {
      const shown = [
        ['call_start', row['service_name']],
        ['call_answered', row['queue_name']],
        ['call_end', row['duration_seconds']],
      ] as const;
      const stages = shown.filter(([, value]) => value !== null).map(([stage]) => stage);
      return {
        callId: String(row['call_id']),
        times: times.get(row['call_id']) ?? 0,
        stages: new Set(stages),
        revision: Number(row['revision']),
      };
    });
  });
}

/** The calls that did not land, with the reason. */
export function readUnsettled(url: string): Promise<string> {
  return reading(url, async ({ knex }) => {
    const unsettled: unknown[] = await knex('deliveries')
      .whereNot('state', 'delivered')
      .limit(5)
      .select('destination', 'call_id', 'state', 'code', 'attempts', 'due_at');
    const destinations: unknown[] = await knex('destinations').select('*');
    return JSON.stringify({ unsettled, destinations });
  });
}

/** The holder of a destination, from the store. */
export function holderOf(url: string, name: string): Promise<string | null | undefined> {
  return reading(url, async ({ knex }) => {
    const row = await knex('destinations')
      .where({ name })
      .first<{ holder: string | null } | undefined>('holder');
    return row?.holder;
  });
}
