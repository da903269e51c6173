import type { Adapter, AdapterDefinition } from '../contract/adapter.ts';
import { AdapterMisconfigured } from '../contract/errors.ts';
import { createAdapter, type AdapterSurroundings } from './create-adapter.ts';

/** An adapter that cannot be made, for another reason than its settings: the receiver does not start with it. */
export class AdapterNotMade extends Error {
  override readonly name = 'AdapterNotMade';
  readonly remedy: string;

  constructor(adapter: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The adapter ${adapter} could not be made: ${reason}`, { cause });
    this.remedy = `Mend it (adapters/${adapter}), or leave it out of ADAPTERS.`;
  }
}

/**
 * Makes the adapter of a destination. Where its settings are refused, the destination is paused with the reason instead
 * of the receiver stopped: making it is tried again each time that the worker would make the destination ready.
 *
 * @throws AdapterNotMade
 */
export function createDestinationAdapter(
  definition: AdapterDefinition,
  config: Record<string, unknown>,
  surroundings: AdapterSurroundings,
): Adapter {
  try {
    return createAdapter(definition, config, surroundings);
  } catch (error) {
    if (!(error instanceof AdapterMisconfigured)) throw new AdapterNotMade(definition.name, error);
    return postponed(() => createAdapter(definition, config, surroundings));
  }
}

function postponed(create: () => Adapter): Adapter {
  let made: Adapter | undefined;
  const adapter = (): Adapter => (made ??= create());
  return {
    // The worker makes a destination ready before it delivers there, and an error there is a pause.
    prepare: async (signal) => adapter().prepare?.(signal),
    deliver: async (batch, signal) => adapter().deliver(batch, signal),
    check: async (signal) => adapter().check(signal),
    close: async () => made?.close(),
  };
}
