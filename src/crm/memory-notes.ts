import type { Clock } from '../domain/clock.ts';
import type { JsonValue } from '../domain/jet-fields.ts';
import type { Notes } from '../domain/remembered/notes.ts';

/** Notes that last as long as the process, for commands that must not change the store. */
export function createMemoryNotes(clock: Clock): Notes {
  const kept = new Map<string, { value: JsonValue; validUntilMs: number }>();
  return {
    read(name) {
      const note = kept.get(name);
      return Promise.resolve(note !== undefined && note.validUntilMs > clock() ? note.value : undefined);
    },
    keep(name, value, validForMs) {
      kept.set(name, { value, validUntilMs: clock() + validForMs });
      return Promise.resolve();
    },
  };
}
