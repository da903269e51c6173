import { deleteSome } from '../../database/delete-some.ts';
import type { Store } from '../store.ts';

/** The data of a session that has not expired. */
export async function readSession(store: Store, hash: string, nowMs: number): Promise<string | undefined> {
  const row = await store.reader
    .knex('sessions')
    .where({ hash })
    .where('expires_at', '>', nowMs)
    .first<{ data: string } | undefined>('data');
  return row?.data;
}

export async function writeSession(
  store: Store,
  hash: string,
  data: string,
  expiresAtMs: number,
): Promise<void> {
  await store.writer.upsert(store.writer.knex, {
    table: 'sessions',
    columns: ['hash', 'data', 'expires_at'],
    key: ['hash'],
    rows: [[hash, data, expiresAtMs]],
  });
}

/** Stores new data and a new expiry of a session, unless the session was deleted meanwhile. */
export async function renewSession(
  store: Store,
  hash: string,
  data: string,
  expiresAtMs: number,
): Promise<void> {
  await store.writer.knex('sessions').where({ hash }).update({ data, expires_at: expiresAtMs });
}

export async function deleteSession(store: Store, hash: string): Promise<void> {
  await store.writer.knex('sessions').where({ hash }).delete();
}

/** Removes expired sessions, at most `limit`. Returns the number of removed sessions. */
export async function deleteEndedSessions(store: Store, nowMs: number, limit: number): Promise<number> {
  return deleteSome(store.writer, 'sessions', ['hash'], ['expires_at', '<', nowMs], limit);
}
