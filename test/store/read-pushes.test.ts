import { describe, expect, it } from 'vitest';
import { readCurrentCalls } from '../../src/store/read-pushes.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore } from '../fixtures/fresh-store.ts';

const postgres = engines.find(({ dialect }) => dialect === 'postgres');

describe.skipIf(postgres?.given !== true)('the pushes of some calls on PostgreSQL', () => {
  it('the pushes of some calls are found by the index in a PostgreSQL table that was never analysed', async () => {
    if (postgres === undefined) throw new Error('There is no such engine');
    const fresh = await openFreshStore(postgres, []);
    const { store } = fresh;
    const calls = 'generate_series(1, 5000) AS n';
    await store.writer.knex.raw(
      `INSERT INTO calls (id, stage, revision, record, first_received_at, last_received_at)
       SELECT 'call-' || n, 'call_end', 1, repeat('r', 800), 0, 0 FROM ${calls}`,
    );
    await store.writer.knex.raw(
      `INSERT INTO pushes (id, call_id, stage, content_hash, received_at, parsed, body)
       SELECT n::text, 'call-' || n, 'call_end', n::text, 0, '{"fields":{},"extra":{}}', '' FROM ${calls}`,
    );
    const [read, scans] = await store.writer.knex.transaction(async (transaction) => {
      const wanted = Array.from({ length: 100 }, (_, index) => `call-${index + 1}`);
      const { pushes } = await readCurrentCalls(store, transaction, wanted);
      const row = await transaction('pg_stat_xact_user_tables')
        .where({ relname: 'pushes' })
        .first<{ seq_scan: number }>('seq_scan');
      return [pushes.length, row.seq_scan];
    });
    await fresh.close();
    expect([read, scans]).toEqual([100, 0]);
  });
});
