import type { Database } from '../database/database.ts';
import type { Clock } from '../domain/clock.ts';
import type { JsonValue } from '../domain/jet-fields.ts';
import type { Ledger } from '../domain/remembered/ledger.ts';
import { deleteSome } from '../database/delete-some.ts';
import type { Store } from './store.ts';

// How many numbers one statement contains.
const pageSize = 500;

/** The ledger of one destination, in the store. */
export function createStoredLedger(store: Store, destination: string, clock: Clock): Ledger {
  return {
    getMany: (numbers) => readLedger(store.reader, destination, numbers, clock()),
    async putMany(entries) {
      // PostgreSQL refuses a key that occurs twice in one statement. The last entry wins.
      const byNumber = new Map(entries.map((entry) => [entry.number, entry]));
      await store.writer.upsert(store.writer.knex, {
        table: 'match_ledger',
        columns: ['destination', 'number', 'record', 'valid_until'],
        key: ['destination', 'number'],
        rows: [...byNumber.values()].map(({ number, record, validForMs }) => [
          destination,
          number,
          JSON.stringify(record),
          clock() + Math.round(validForMs),
        ]),
      });
    },
    async forget(numbers) {
      for (const page of pagesOf(numbers))
        await store.writer.knex('match_ledger').where({ destination }).whereIn('number', page).delete();
    },
  };
}

/** Reads a destination's ledger entries for these numbers. Also used by commands that only read. */
export async function readLedger(
  database: Database,
  destination: string,
  numbers: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, JsonValue>> {
  const known = new Map<string, JsonValue>();
  for (const page of pagesOf(numbers)) {
    const rows = await database
      .knex('match_ledger')
      .where({ destination })
      .whereIn('number', page)
      .where('valid_until', '>', nowMs)
      .select<{ number: string; record: string }[]>('number', 'record');
    for (const row of rows) known.set(row.number, JSON.parse(row.record) as JsonValue);
  }
  return known;
}

/** Removes expired entries, at most `limit`. Returns the number of removed entries. */
export async function deleteEndedLedgerEntries(store: Store, nowMs: number, limit: number): Promise<number> {
  const ended = ['valid_until', '<=', nowMs] as const;
  return deleteSome(store.writer, 'match_ledger', ['destination', 'number'], ended, limit);
}

function pagesOf(numbers: readonly string[]): string[][] {
  const pages: string[][] = [];
  for (let from = 0; from < numbers.length; from += pageSize)
    pages.push(numbers.slice(from, from + pageSize));
  return pages;
}
