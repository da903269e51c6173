import { createHash } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { Store } from '../store.ts';

/** A redirect URI that an authorization request named, and that is not registered for its client. */
export interface AskedRedirect {
  readonly clientId: string;
  /** Exactly as the request named it. */
  readonly uri: string;
  readonly times: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** Anybody can send such a request, so only a few URIs are kept. The oldest are removed first. */
export const askedRedirectsMax = 50;
const uriLengthMax = 1_000;

/** Notes that an authorization request named a redirect URI that is not registered. A long URI is ignored. */
export async function noteAskedRedirect(
  { writer }: Pick<Store, 'writer'>,
  clientId: string,
  uri: string,
  nowMs: number,
): Promise<void> {
  if (uri.length > uriLengthMax) return;
  await inTransaction(writer, async (transaction) => {
    await writer.upsert(transaction, {
      table: 'asked_redirects',
      columns: ['id', 'client_id', 'uri', 'times', 'first_at', 'last_at'],
      key: ['id'],
      assign: {
        times: ({ stored }) => `${stored('times')} + 1`,
        first_at: ({ stored }) => stored('first_at'),
      },
      rows: [[idOf(clientId, uri), clientId, uri, 1, nowMs, nowMs]],
    });
    const surplus = await transaction('asked_redirects')
      .orderBy('last_at', 'desc')
      .orderBy('id')
      .offset(askedRedirectsMax)
      .limit(askedRedirectsMax)
      .pluck<string[]>('id');
    if (surplus.length > 0) await transaction('asked_redirects').whereIn('id', surplus).delete();
  });
}

/** The unregistered redirect URIs that requests named, the latest first. */
export async function readAskedRedirects({ knex }: Database): Promise<AskedRedirect[]> {
  const rows = await knex('asked_redirects')
    .orderBy('last_at', 'desc')
    .limit(askedRedirectsMax)
    .select<{ client_id: string; uri: string; times: number; first_at: number; last_at: number }[]>('*');
  return rows.map((row) => ({
    clientId: row.client_id,
    uri: row.uri,
    times: row.times,
    firstAtMs: row.first_at,
    lastAtMs: row.last_at,
  }));
}

/** Forgets a URI, because it is registered now or because the operator dismissed it. */
export async function forgetAskedRedirect(
  { writer }: Pick<Store, 'writer'>,
  clientId: string,
  uri: string,
): Promise<void> {
  await writer
    .knex('asked_redirects')
    .where({ id: idOf(clientId, uri) })
    .delete();
}

/** Removes URIs that no request has named since a time (epoch milliseconds). Returns their number. */
export async function deleteOldAskedRedirects(
  { writer }: Pick<Store, 'writer'>,
  beforeMs: number,
): Promise<number> {
  return writer.knex('asked_redirects').where('last_at', '<', beforeMs).delete();
}

function idOf(clientId: string, uri: string): string {
  return createHash('sha256').update(`${clientId}\n${uri}`).digest('hex');
}
