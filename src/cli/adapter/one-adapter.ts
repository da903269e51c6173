import { adapters } from '../../../adapters/index.ts';
import type { Settings } from '../../config/read-settings.ts';
import type { Adapter, AdapterDefinition } from '../../contract/adapter.ts';
import { createAdapter } from '../../app/create-adapter.ts';
import type { Notes } from '../../domain/remembered/notes.ts';
import type { Log } from '../../domain/log.ts';
import { createMemoryLedger } from '../../crm/memory-ledger.ts';
import { createMemoryNotes } from '../../crm/memory-notes.ts';
import { UsageError } from '../command-context.ts';
import { loadSettings } from '../load-settings.ts';

/** An adapter with its settings, for a command. It need not be enabled. */
export interface OneAdapter {
  readonly definition: AdapterDefinition;
  readonly config: Record<string, unknown>;
  readonly settings: Settings;
}

/**
 * Finds an adapter by name and reads its settings, but not the settings of other adapters.
 *
 * @throws UsageError when there is no adapter of that name
 */
export function loadAdapter(name: string): OneAdapter {
  const definition = adapters.find((adapter) => adapter.name === name);
  if (definition === undefined) {
    const known = adapters.map((adapter) => adapter.name).join(', ');
    throw new UsageError(
      `There is no adapter "${name}". The adapters are ${known}. To make one: npm run adapter:new -- ${name}`,
    );
  }
  const settings = loadSettings({ ADAPTERS: name });
  return { definition, config: settings.adapters.get(name) ?? {}, settings };
}

/**
 * Makes an adapter, does the work and closes the adapter. Notes that it makes during the work are not stored.
 *
 * @param readKept reads notes of the running receiver; they are never changed
 */
export async function withAdapter<Result>(
  { definition, config, settings: { core } }: OneAdapter,
  log: Log,
  work: (adapter: Adapter) => Promise<Result>,
  readKept?: Notes['read'],
): Promise<Result> {
  const clock = Date.now;
  const memory = createMemoryNotes(clock);
  const notes: Notes = {
    ...memory,
    read: async (name) => (await memory.read(name)) ?? (await readKept?.(name)),
  };
  const adapter = createAdapter(definition, config, {
    core,
    clock,
    log,
    ledger: createMemoryLedger(clock),
    notes,
    showFigure: () => undefined,
  });
  try {
    return await work(adapter);
  } finally {
    await adapter.close();
  }
}
