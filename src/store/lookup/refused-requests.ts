import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Database } from '../../database/database.ts';
import { inTransaction } from '../../database/transaction.ts';
import { firstPushIdAt } from '../push-id.ts';
import type { Store } from '../store.ts';

/** A kind of refused request, with the number of such requests and the facts of the latest one. */
export interface RefusedRequests {
  /** The caller's IP address. */
  readonly address: string;
  /** The path without its query, and without parts that may be a number, an id or a token. */
  readonly path: string;
  /** The code of the problem or of the OAuth error. */
  readonly code: string;
  readonly status: number;
  readonly method: string;
  /** The kind of credential: none, bearer, basic, header, body or other. */
  readonly credential: string;
  /** The declared size of the body in bytes. */
  readonly size: number | undefined;
  readonly times: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly requestId: string;
  /** The id of the body in the quarantine, if it was kept. */
  readonly quarantineId: string | undefined;
}

/** The most rows that the table holds. The oldest rows are removed first. */
export const refusedRowsMax = 10_000;

const minuteMs = 60_000;

/** Adds counts to their minutes in one statement, and removes the oldest rows above the limit. */
export async function addRefused(
  { writer }: Pick<Store, 'writer'>,
  refused: readonly RefusedRequests[],
  rowsMax = refusedRowsMax,
): Promise<void> {
  if (refused.length === 0) return;
  const rows = refused
    .map((one) => [
      ...[idOf(one), one.address, one.path, one.code, one.status, one.method, one.credential],
      ...[one.size ?? null, one.times, one.firstAtMs, one.lastAtMs, one.requestId, one.quarantineId ?? null],
    ])
    // The rows are in the order of the key, so that two processes never wait for each other.
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  await inTransaction(writer, async (transaction) => {
    await writer.upsert(transaction, {
      table: 'refused_requests',
      columns: [
        ...['id', 'address', 'path', 'code', 'status', 'method', 'credential'],
        ...['size', 'times', 'first_at', 'last_at', 'request_id', 'quarantine_id'],
      ],
      key: ['id'],
      assign: {
        times: ({ stored, incoming }) => `${stored('times')} + ${incoming('times')}`,
        first_at: ({ stored }) => stored('first_at'),
        quarantine_id: ({ stored, incoming }) =>
          `COALESCE(${incoming('quarantine_id')}, ${stored('quarantine_id')})`,
      },
      rows,
    });
    const first = await transaction('refused_requests')
      .orderBy('id', 'desc')
      .offset(rowsMax)
      .first<{ id: string } | undefined>('id');
    if (first !== undefined) await transaction('refused_requests').where('id', '<=', first.id).delete();
  });
}

/** The key of a row: its minute, and a hash of address, path and code. Requests of one row are counted together. */
export function idOf({
  address,
  path,
  code,
  lastAtMs,
}: Pick<RefusedRequests, 'address' | 'path' | 'code' | 'lastAtMs'>): string {
  const hash = createHash('sha256').update(`${address}\n${path}\n${code}`).digest('hex');
  return firstPushIdAt(minuteOf(lastAtMs)) + hash.slice(0, 24);
}

function minuteOf(epochMs: number): number {
  return Math.floor(epochMs / minuteMs) * minuteMs;
}

/** Selects refused requests. Every given condition must hold. Times are in epoch milliseconds, exact to the minute. */
export interface RefusedFilter {
  readonly code?: string | undefined;
  readonly path?: string | undefined;
  readonly address?: string | undefined;
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

interface RefusedRow {
  id: string;
  address: string;
  path: string;
  code: string;
  status: number;
  method: string;
  credential: string;
  size: number | null;
  times: number;
  first_at: number;
  last_at: number;
  request_id: string;
  quarantine_id: string | null;
}

/**
 * Refused requests, the latest first. Equal ones of all minutes (same address, path and code) are one entry, with the facts
 * of the latest.
 *
 * @param limit the most entries
 */
export async function readRefused(
  { knex }: Database,
  filter: RefusedFilter,
  limit = refusedRowsMax,
): Promise<RefusedRequests[]> {
  const kinds = await matching(knex, filter)
    .groupBy('address', 'path', 'code')
    .orderByRaw('max(last_at) desc, max(id) desc')
    .limit(limit)
    .select<KindRow[]>(
      // Ids sort by time, so the greatest id belongs to the latest row.
      knex.raw('max(id) as id'),
      knex.raw('sum(times) as times'),
      knex.raw('min(first_at) as first_at'),
      knex.raw('max(quarantine_id) as quarantine_id'),
    );
  const latest = new Map<string, RefusedRow>();
  for (let at = 0; at < kinds.length; at += idsInStatement) {
    const ids = kinds.slice(at, at + idsInStatement).map(({ id }) => id);
    const rows = await knex('refused_requests').whereIn('id', ids).select<RefusedRow[]>('*');
    for (const row of rows) latest.set(row.id, row);
  }
  return kinds.flatMap(({ id, times, first_at, quarantine_id }) => {
    const row = latest.get(id);
    const sums = { times: Number(times), first_at: Number(first_at), quarantine_id };
    return row === undefined ? [] : [asRefused({ ...row, ...sums })];
  });
}

interface KindRow {
  id: string;
  times: number | string;
  first_at: number | string;
  quarantine_id: string | null;
}

const idsInStatement = 500;

/** How many entries {@link readRefused} would return without a limit. */
export async function countRefusedKinds({ knex }: Database, filter: RefusedFilter): Promise<number> {
  const kinds = matching(knex, filter).groupBy('address', 'path', 'code').select('address').as('kinds');
  const [row] = await knex.from(kinds).count<{ rows: number | string }[]>({ rows: '*' });
  return Number(row?.rows ?? 0);
}

function matching(knex: Knex, { code, path, address, sinceMs, untilMs }: RefusedFilter): Knex.QueryBuilder {
  return knex('refused_requests').modify((query) => {
    if (code !== undefined) void query.where({ code });
    if (path !== undefined) void query.where({ path });
    if (address !== undefined) void query.where({ address });
    if (sinceMs !== undefined) void query.where('id', '>=', firstPushIdAt(minuteOf(sinceMs)));
    if (untilMs !== undefined) void query.where('id', '<', firstPushIdAt(untilMs));
  });
}

function asRefused(row: RefusedRow): RefusedRequests {
  return {
    address: row.address,
    path: row.path,
    code: row.code,
    status: row.status,
    method: row.method,
    credential: row.credential,
    size: row.size ?? undefined,
    times: row.times,
    firstAtMs: row.first_at,
    lastAtMs: row.last_at,
    requestId: row.request_id,
    quarantineId: row.quarantine_id ?? undefined,
  };
}

/** How many requests were refused, by code. The most frequent code comes first. */
export async function countRefused(
  { knex }: Database,
  filter: RefusedFilter,
): Promise<{ code: string; times: number }[]> {
  const rows = await matching(knex, filter)
    .groupBy('code')
    .select<{ code: string; total: number | string }[]>('code', knex.raw('sum(times) as total'));
  return rows
    .map(({ code, total }) => ({ code, times: Number(total) }))
    .sort((a, b) => b.times - a.times || (a.code < b.code ? -1 : 1));
}

/** Removes rows of minutes before a time (epoch milliseconds), at most `limit`. Returns the number of removed rows. */
export async function deleteOldRefused(
  { writer: { knex } }: Pick<Store, 'writer'>,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const ids = await knex('refused_requests')
    .where('id', '<', firstPushIdAt(minuteOf(beforeMs)))
    .orderBy('id')
    .limit(limit)
    .pluck<string[]>('id');
  return ids.length === 0 ? 0 : knex('refused_requests').whereIn('id', ids).delete();
}
