import type { Clock } from '../domain/clock.ts';
import type { JsonValue } from '../domain/jet-fields.ts';
import type { Ledger } from '../domain/remembered/ledger.ts';

/** A ledger that lasts as long as the process, for commands that must not change the store. */
export function createMemoryLedger(clock: Clock): Ledger {
  const entries = new Map<string, { record: JsonValue; validUntilMs: number }>();
  return {
    getMany(numbers) {
      const known = new Map<string, JsonValue>();
      for (const number of numbers) {
        const entry = entries.get(number);
        if (entry !== undefined && entry.validUntilMs > clock()) known.set(number, entry.record);
      }
      return Promise.resolve(known);
    },
    putMany(added) {
      for (const { number, record, validForMs } of added)
        entries.set(number, { record, validUntilMs: clock() + validForMs });
      return Promise.resolve();
    },
    forget(numbers) {
      for (const number of numbers) entries.delete(number);
      return Promise.resolve();
    },
  };
}
