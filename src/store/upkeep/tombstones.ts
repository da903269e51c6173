import { createHmac } from 'node:crypto';
import type { Knex } from 'knex';
import { deleteSome } from '../../database/delete-some.ts';
import { acceptedKeys, type SecretKeys } from '../secret-keys.ts';
import type { Store } from '../store.ts';

/**
 * The hash that remains of a removed call. It uses the store's key, because a call id may consist of numbers and a
 * time, which can be guessed. Without the key, the table does not reveal who called.
 */
function tombstoneOf(callId: string, secretKey: string): string {
  return createHmac('sha256', secretKey).update(`call ${callId}`).digest('hex');
}

export async function writeTombstones(
  store: Store,
  transaction: Knex.Transaction,
  callIds: readonly string[],
  secretKey: string,
  nowMs: number,
): Promise<void> {
  await store.writer.upsert(transaction, {
    table: 'tombstones',
    columns: ['hash', 'made_at'],
    key: ['hash'],
    rows: callIds.map((id) => [tombstoneOf(id, secretKey), nowMs]),
  });
}

/** The hashes under which removed calls would be found, under each accepted key. */
export function tombstonesOf(callIds: readonly string[], secretKeys: SecretKeys): string[] {
  return acceptedKeys(secretKeys).flatMap((key) => callIds.map((id) => tombstoneOf(id, key)));
}

/** Finds the calls that were removed. */
export async function readRemoved(
  knex: Knex,
  callIds: readonly string[],
  secretKeys: SecretKeys,
): Promise<ReadonlySet<string>> {
  if (callIds.length === 0) return new Set();
  const byHash = new Map(
    acceptedKeys(secretKeys).flatMap((key) => callIds.map((id) => [tombstoneOf(id, key), id] as const)),
  );
  const hashes = await knex('tombstones')
    .whereIn('hash', [...byHash.keys()])
    .pluck<string[]>('hash');
  return new Set(hashes.map((hash) => byHash.get(hash) ?? ''));
}

/** Removes tombstones that were made before a time, at most `limit`. Returns the number of removed tombstones. */
export async function deleteOldTombstones(store: Store, beforeMs: number, limit: number): Promise<number> {
  return deleteSome(store.writer, 'tombstones', ['hash'], ['made_at', '<', beforeMs], limit);
}
