import type { Adapter, AdapterDefinition } from '../contract/adapter.ts';
import { AdapterMisconfigured } from '../contract/errors.ts';
import { createAdapter, type AdapterSurroundings } from './create-adapter.ts';

/** An adapter cannot be made for a reason other than its settings, so the receiver does not start. */
export class AdapterNotMade extends Error {
  override readonly name = 'AdapterNotMade';
  readonly remedy: string;

  constructor(adapter: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The adapter ${adapter} could not be made: ${reason}`, { cause });
    this.remedy = `Fix the adapter in adapters/${adapter}, or remove it from ADAPTERS.`;
  }
}

/**
 * Makes the adapter of a destination. If the adapter refuses its settings, the receiver still starts and the destination is
 * paused with the reason. The worker then tries to make the adapter again before each delivery.
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
    // The worker prepares a destination before it delivers, and an error in prepare pauses the destination.
    prepare: async (signal) => adapter().prepare?.(signal),
    deliver: async (batch, signal) => adapter().deliver(batch, signal),
    check: async (signal) => adapter().check(signal),
    close: async () => made?.close(),
  };
}
