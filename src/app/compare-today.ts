import type { Comparison } from '../contract/comparison.ts';
import { createMemoryLedger } from '../crm/memory-ledger.ts';
import { createMemoryNotes } from '../crm/memory-notes.ts';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import type { Ledger } from '../domain/remembered/ledger.ts';
import { readLedger } from '../store/match-ledger.ts';
import type { Store } from '../store/store.ts';
import { createAdapter } from './create-adapter.ts';
import { deliveryToday, type TodaySources } from './landings-today.ts';

const answersWithinMs = 15_000;

/**
 * Asks a destination what a landing of a call would change now. Nothing is written at the destination or in the store,
 * and the adapter's notes are discarded.
 *
 * @returns undefined when the destination is not enabled, or its adapter cannot read
 * @throws what the adapter throws when the destination does not answer or refuses
 */
export async function compareToday(
  sources: TodaySources & { readonly store: Store; readonly clock: Clock; readonly log: Log },
  destination: string,
): Promise<Comparison | undefined> {
  const { settings, adapters, store, clock, log } = sources;
  const { core } = settings;
  const definition = adapters.find(({ name }) => name === destination && core.ADAPTERS.includes(name));
  if (definition === undefined) return undefined;
  const memory = createMemoryLedger(clock);
  const ledger: Ledger = {
    ...memory,
    getMany: async (numbers) =>
      new Map([
        ...(await readLedger(store.reader, destination, numbers, clock())),
        ...(await memory.getMany(numbers)),
      ]),
  };
  const adapter = createAdapter(definition, settings.adapters.get(destination) ?? {}, {
    ...{ core, clock, log, ledger, notes: createMemoryNotes(clock) },
    showFigure: () => undefined,
  });
  try {
    const delivery = deliveryToday(definition, sources, clock());
    return await adapter.compare?.(delivery, AbortSignal.timeout(answersWithinMs));
  } finally {
    await adapter.close();
  }
}
