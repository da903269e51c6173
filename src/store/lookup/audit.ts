import { deleteSome } from '../../database/delete-some.ts';
import { createPushId } from '../push-id.ts';
import type { Store } from '../store.ts';

/** Who changed something: a person at the console, or somebody with a shell on the machine. */
export type Actor = 'operator' | 'viewer' | 'command line';

/** A change that a person made. */
export interface AuditEntry {
  readonly who: Actor;
  /** The change in the past tense, in at most 100 characters: "revoked a client". */
  readonly what: string;
  /** The target of the change, such as an id or a filter in the form of a URL query. Never a secret. */
  readonly filter?: string | undefined;
  readonly reason?: string | undefined;
}

export interface StoredAuditEntry {
  /** Sorts by time. */
  readonly id: string;
  readonly atMs: number;
  readonly who: string;
  readonly what: string;
  readonly filter: string | undefined;
  /** How many things changed. Undefined if the number is not known, or if the change did not finish. */
  readonly count: number | undefined;
  readonly reason: string | undefined;
}

const textMax = 2_000;

/** Stores an entry before its change is made, so that every change has an entry. Returns the id of the entry. */
export async function recordAudit(store: Store, entry: AuditEntry, nowMs: number): Promise<string> {
  const id = createPushId(nowMs);
  await store.writer.knex('audit').insert({
    ...{ id, at: nowMs, who: entry.who, what: entry.what.slice(0, 100) },
    ...{ filter: entry.filter?.slice(0, textMax) ?? null, reason: entry.reason?.slice(0, textMax) ?? null },
  });
  return id;
}

/** Adds to an entry how many things changed. */
export async function completeAudit(store: Store, id: string, count: number): Promise<void> {
  await store.writer.knex('audit').where({ id }).update({ count });
}

/** The latest entries, newest first. `before` is the id of the last entry of the page before. */
export async function readAudit(
  store: Store,
  limit: number,
  before?: string,
): Promise<readonly StoredAuditEntry[]> {
  const query = store.reader.knex('audit').orderBy('id', 'desc').limit(limit);
  if (before !== undefined) void query.where('id', '<', before);
  const rows = await query.select<AuditRow[]>('id', 'at', 'who', 'what', 'filter', 'count', 'reason');
  return rows.map((row) => ({
    ...{ id: row.id, atMs: row.at, who: row.who, what: row.what },
    filter: row.filter ?? undefined,
    count: row.count ?? undefined,
    reason: row.reason ?? undefined,
  }));
}

/** Removes entries from before a time, at most `limit`. Returns the number of removed entries. */
export async function deleteOldAudit(store: Store, beforeMs: number, limit: number): Promise<number> {
  return deleteSome(store.writer, 'audit', ['id'], ['at', '<', beforeMs], limit);
}

interface AuditRow {
  id: string;
  at: number;
  who: string;
  what: string;
  filter: string | null;
  count: number | null;
  reason: string | null;
}
