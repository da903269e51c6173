import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Stage } from '../domain/stage.ts';
import type { Database } from '../database/database.ts';
import { dialects, type DriverError } from '../database/dialect.ts';
import { createPushId, firstPushIdAt } from './push-id.ts';
import type { Store } from './store.ts';
import { inTransaction } from '../database/transaction.ts';

/** A refused body with the reason. */
export interface RefusedBody {
  readonly body: Buffer;
  readonly code: string;
  readonly detail: string;
  readonly pathStage: Stage | undefined;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

export interface QuarantinedBody extends RefusedBody {
  readonly id: string;
  readonly times: number;
  readonly firstReceivedAtMs: number;
  readonly lastReceivedAtMs: number;
  /** The push that was made from it by a replay. */
  readonly replayedAs: string | undefined;
}

/** The quarantine has reached its size limit. */
export class QuarantineFull extends Error {
  override readonly name = 'QuarantineFull';
}

// The cost of a row in addition to its body, so that an endless stream of tiny bodies also fills the quarantine.
const rowBytes = 512;

/**
 * Keeps a refused body as bytes. An identical body that was refused for the same reason only raises the count.
 *
 * @throws QuarantineFull when a new body would exceed the limit
 */
export async function quarantineBody(
  store: Store,
  refused: RefusedBody,
  capBytes: number,
  nowMs: number,
): Promise<string> {
  const contentHash = createHash('sha256')
    .update(JSON.stringify([refused.code, refused.pathStage, refused.contentEncoding, refused.contentType]))
    .update(refused.body)
    .digest('hex');
  const keep = (): Promise<string> => countOrInsert(store, refused, contentHash, capBytes, nowMs);
  return keep().catch((error: unknown) => {
    // Another process stored the same body at the same moment, so now it can be counted.
    if (dialects[store.writer.dialect].isUniqueViolation(error as DriverError)) return keep();
    throw error;
  });
}

async function countOrInsert(
  store: Store,
  refused: RefusedBody,
  contentHash: string,
  capBytes: number,
  nowMs: number,
): Promise<string> {
  return inTransaction(store.writer, async (transaction) => {
    const quarantine = (): ReturnType<typeof transaction> => transaction('quarantine');
    const counted = await quarantine()
      .where({ content_hash: contentHash })
      .update({ times: transaction.raw('times + 1'), last_received_at: nowMs });
    if (counted > 0) {
      const row = await quarantine().where({ content_hash: contentHash }).first<{ id: string }>('id');
      return row.id;
    }
    const size = refused.body.length + rowBytes;
    const [total] = await quarantine().sum<{ bytes: number | string | null }[]>({ bytes: 'size' });
    if (Number(total?.bytes ?? 0) + size > capBytes) throw new QuarantineFull('The quarantine is full');
    const id = createPushId(nowMs);
    await quarantine().insert({
      id,
      content_hash: contentHash,
      code: refused.code,
      detail: refused.detail.slice(0, 1000),
      path_stage: refused.pathStage ?? null,
      content_type: refused.contentType?.slice(0, 191) ?? null,
      content_encoding: refused.contentEncoding?.slice(0, 64) ?? null,
      size,
      times: 1,
      first_received_at: nowMs,
      last_received_at: nowMs,
      body: refused.body,
    });
    return id;
  });
}

interface QuarantineRow {
  id: string;
  code: string;
  detail: string;
  path_stage: Stage | null;
  content_type: string | null;
  content_encoding: string | null;
  times: number;
  first_received_at: number;
  last_received_at: number;
  replayed_as: string | null;
  body: Buffer;
}

/** Selects quarantined bodies. Every given condition must hold. */
export interface QuarantineFilter {
  readonly id?: string | undefined;
  readonly code?: string | undefined;
  /** Received at or after this time, in epoch milliseconds. */
  readonly sinceMs?: number | undefined;
  /** Received before this time, in epoch milliseconds. */
  readonly untilMs?: number | undefined;
  /** The last id of the previous page. */
  readonly afterId?: string | undefined;
}

/** Quarantined bodies that were not replayed, the oldest first. */
export async function readQuarantine(
  store: Store,
  filter: QuarantineFilter,
  limit: number,
): Promise<QuarantinedBody[]> {
  const rows = await matching(store, filter)
    .modify((query) => {
      if (filter.afterId !== undefined) void query.where('id', '>', filter.afterId);
    })
    .orderBy('id')
    .limit(limit)
    .select<QuarantineRow[]>('*');
  return rows.map(asQuarantined);
}

/**
 * Quarantined bodies that were not replayed, the newest first, for a page.
 *
 * @param beforeId the last id of the page before
 */
export async function readNewestQuarantine(
  store: Store,
  filter: QuarantineFilter,
  limit: number,
  beforeId?: string,
): Promise<QuarantinedBody[]> {
  const rows = await matching(store, filter)
    .modify((query) => {
      if (beforeId !== undefined) void query.where('id', '<', beforeId);
    })
    .orderBy('id', 'desc')
    .limit(limit)
    .select<QuarantineRow[]>('*');
  return rows.map(asQuarantined);
}

/** One quarantined body, also when it was replayed. */
export async function readQuarantined(store: Store, id: string): Promise<QuarantinedBody | undefined> {
  if (!/^[0-9a-z]{1,32}$/.test(id)) return undefined;
  const row = await store.reader.knex('quarantine').where({ id }).first<QuarantineRow | undefined>('*');
  return row === undefined ? undefined : asQuarantined(row);
}

function matching({ reader }: Store, filter: QuarantineFilter): Knex.QueryBuilder {
  return reader
    .knex('quarantine')
    .whereNull('replayed_as')
    .modify((query) => {
      if (filter.id !== undefined) void query.where('id', filter.id);
      if (filter.code !== undefined) void query.where('code', filter.code);
      if (filter.sinceMs !== undefined) void query.where('last_received_at', '>=', filter.sinceMs);
      if (filter.untilMs !== undefined) void query.where('first_received_at', '<', filter.untilMs);
    });
}

function asQuarantined(row: QuarantineRow): QuarantinedBody {
  return {
    id: row.id,
    code: row.code,
    detail: row.detail,
    pathStage: row.path_stage ?? undefined,
    contentType: row.content_type ?? undefined,
    contentEncoding: row.content_encoding ?? undefined,
    times: row.times,
    firstReceivedAtMs: row.first_received_at,
    lastReceivedAtMs: row.last_received_at,
    replayedAs: row.replayed_as ?? undefined,
    body: row.body,
  };
}

/**
 * Notes which push was made from a quarantined body, so that it is not replayed twice. The push has the content, so the
 * body's bytes are removed, except when the body was repaired. An identical body that is refused later is stored again, so
 * that it can be seen.
 */
export async function markReplayed(
  store: Store,
  id: string,
  pushId: string,
  keepsBytes = false,
): Promise<void> {
  await store.writer
    .knex('quarantine')
    .where({ id })
    .update({
      replayed_as: pushId,
      content_hash: id,
      ...(keepsBytes ? {} : { body: Buffer.alloc(0), size: 0 }),
    });
}

/** How many bodies wait in the quarantine, not counting those that were replayed. */
export async function countQuarantined({ knex }: Database): Promise<number> {
  const [row] = await knex('quarantine')
    .whereNull('replayed_as')
    .count<{ rows: number | string }[]>({ rows: '*' });
  return Number(row?.rows ?? 0);
}

/** Removes bodies that last came before a time, at most `limit`. Returns the number of removed bodies. */
export async function deleteOldQuarantine(store: Store, beforeMs: number, limit: number): Promise<number> {
  const { knex } = store.writer;
  const ids = await knex('quarantine')
    .where('id', '<', firstPushIdAt(beforeMs))
    .where('last_received_at', '<', beforeMs)
    .orderBy('id')
    .limit(limit)
    .pluck<string[]>('id');
  if (ids.length === 0) return 0;
  return knex('quarantine').whereIn('id', ids).where('last_received_at', '<', beforeMs).delete();
}
