import knexFactory from 'knex';

// One transaction over a million rows would hold them all in the journal's memory. A few large ones do not.
const callsInStep = 100_000;

/**
 * Fills the store of a stopped kit with landed calls: two pushes each, with rows of the usual size. The ids are spread
 * over the whole index and written in its order, which makes this fast.
 * @param file the SQLite file, with its schema
 */
export async function loadCalls(file: string, count: number): Promise<void> {
  const knex = knexFactory({ client: 'sqlite3', connection: { filename: file }, useNullAsDefault: true });
  try {
    // A failure here only costs the file, which is deleted anyway.
    for (const pragma of ['journal_mode = OFF', 'synchronous = OFF', 'cache_size = -200000']) {
      await knex.raw(`PRAGMA ${pragma}`);
    }
    for (let from = 0; from < count; from += callsInStep) {
      const to = Math.min(count, from + callsInStep);
      await knex.transaction(async (transaction) => {
        for (const statement of statements(from, to, count)) await transaction.raw(statement);
      });
    }
    await knex.raw('PRAGMA journal_mode = WAL');
  } finally {
    await knex.destroy();
  }
}

/** Inserts of the calls numbered from `from` up to `to`. */
function statements(from: number, to: number, count: number): string[] {
  const step = Math.floor(2 ** 32 / count);
  const numbers = `WITH RECURSIVE numbers(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${to})`;
  const id = `printf('%08x-1c3e-4b5d-8f70-%012x', n * ${step}, n)`;
  // Recent times: calls older than RETENTION_DAYS would be removed during the load.
  const receivedAt = `${Date.now() - count * 1000} + n * 1000`;
  // Text of the size of a call's fields. The number makes each different.
  const fields = (bytes: number): string =>
    `'{"fields":{"call_session_id":"' || ${id} || '","origin_number":"614' || printf('%08d', n) || '","landing_page_url":"${'u'.repeat(bytes)}"},"extra":{}}'`;
  const push = (stage: string, nth: number, bytes: number): string =>
    `${numbers} INSERT INTO pushes (id, call_id, stage, content_hash, received_at, path_stage, parsed, body)
     SELECT printf('%026x', n * 2 + ${nth}), ${id}, '${stage}', printf('%064x', n * 2 + ${nth}), ${receivedAt}, NULL,
       ${fields(bytes)}, CAST(${fields(bytes + 300)} AS BLOB) FROM numbers`;
  return [
    `${numbers} INSERT INTO calls (id, stage, revision, record, first_received_at, last_received_at, started_at,
       dial_status, service, counterpart)
     SELECT ${id}, 'call_end', ${receivedAt}, ${fields(1200)}, ${receivedAt}, ${receivedAt}, ${receivedAt},
       CASE n % 3 WHEN 0 THEN 'noanswer' ELSE 'answer' END, 'Service ' || (n % 50), printf('4%08d', n) FROM numbers`,
    push('call_start', 0, 200),
    push('call_end', 1, 1200),
    `${numbers} INSERT INTO deliveries (destination, call_id, revision, delivered_revision, state, attempts, remote_id)
     SELECT 'sql', ${id}, ${receivedAt}, ${receivedAt}, 'delivered', 0, ${id} FROM numbers`,
  ];
}
