import { createHash, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import knexFactory from 'knex';
import { path } from './request.ts';

// The simplest receiver: each request looks up the token, and inserts and syncs before the answer.
const [url = '', token = ''] = process.argv.slice(2);
const isFile = url.startsWith('sqlite:');
const knex = knexFactory(
  isFile
    ? {
        client: 'sqlite3',
        connection: { filename: url.slice('sqlite:'.length) },
        useNullAsDefault: true,
      }
    : { client: 'pg', connection: url },
);
if (isFile) {
  await knex.raw('PRAGMA journal_mode = WAL');
  await knex.raw('PRAGMA synchronous = FULL');
}
await knex.schema.createTable('tokens', (table) => void table.string('hash').primary());
await knex.schema.createTable('pushes', (table) => {
  table.string('id').primary();
  table.string('call_id').index();
  table.bigInteger('received_at');
  table.text('body');
});
await knex('tokens').insert({ hash: hash(token) });

const app = express();
app.post(path, express.json(), async (request, response) => {
  const given = request.headers.authorization?.slice('Bearer '.length) ?? '';
  const row: unknown = await knex('tokens')
    .where({ hash: hash(given) })
    .first();
  if (row === undefined) {
    response.status(401).end();
    return;
  }
  const body = request.body as Record<string, unknown>;
  const id = randomUUID();
  await knex('pushes').insert({
    id,
    call_id: body['callsessionid'] ?? null,
    received_at: Date.now(),
    body: JSON.stringify(body),
  });
  response.json({ status: 'stored', pushId: id });
});
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
