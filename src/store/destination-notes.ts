import type { Database } from '../database/database.ts';
import { deleteSome } from '../database/delete-some.ts';
import type { Clock } from '../domain/clock.ts';
import type { JsonValue } from '../domain/jet-fields.ts';
import type { Notes } from '../domain/remembered/notes.ts';
import type { Store } from './store.ts';

/** The notes of one destination, in the store. */
export function createStoredNotes(store: Store, destination: string, clock: Clock): Notes {
  return {
    read: (name) => readNote(store.reader, destination, name, clock()),
    async keep(name, value, validForMs) {
      await store.writer.upsert(store.writer.knex, {
        table: 'destination_notes',
        columns: ['destination', 'name', 'value', 'valid_until'],
        key: ['destination', 'name'],
        rows: [[destination, name, JSON.stringify(value), clock() + Math.round(validForMs)]],
      });
    },
  };
}

/** Reads a destination's note. Also used by commands that only read. */
export async function readNote(
  database: Database,
  destination: string,
  name: string,
  nowMs: number,
): Promise<JsonValue | undefined> {
  const row = await database
    .knex('destination_notes')
    .where({ destination, name })
    .where('valid_until', '>', nowMs)
    .first<{ value: string } | undefined>('value');
  return row === undefined ? undefined : (JSON.parse(row.value) as JsonValue);
}

/** Removes expired notes, at most `limit`. Returns the number of removed notes. */
export async function deleteEndedNotes(store: Store, nowMs: number, limit: number): Promise<number> {
  const ended = ['valid_until', '<=', nowMs] as const;
  return deleteSome(store.writer, 'destination_notes', ['destination', 'name'], ended, limit);
}
