import { sql } from '../../adapters/sql/index.ts';
import { processName } from './process-name.ts';
import type { Settings } from '../config/read-settings.ts';
import { capabilitiesUnder, type AdapterDefinition } from '../contract/adapter.ts';
import { identifyHolder } from '../delivery/holder.ts';
import type { startWorker } from '../delivery/worker.ts';
import { createCallCompleter } from '../domain/call.ts';
import { createStoredNotes } from '../store/destination-notes.ts';
import { createStoredLedger } from '../store/match-ledger.ts';
import { createDestinationAdapter } from './destination-adapter.ts';
import type { Kit } from './kit.ts';
import { phoneSettings } from './intake-settings.ts';

export type WorkerDestination = Parameters<typeof startWorker>[0][number];

/** The timing of the worker, in milliseconds. */
export interface Pace {
  /** How long the lease of a process that was killed on another host lasts. */
  readonly leaseMs: number;
  /** How often to look for pushes that another process stored. */
  readonly pollMs: number;
}

/** Makes the adapters and adds the worker's data for each enabled destination. */
export function addDestinations(
  destinations: WorkerDestination[],
  { store, core, metrics, log, clock }: Kit,
  configs: Settings['adapters'],
  enabled: readonly AdapterDefinition[],
  pace: Pace,
): void {
  const completeCall = createCallCompleter({
    ...phoneSettings(core),
    timeZone: core.TIME_ZONE,
    statusMap: core.JET_STATUS_MAP,
  });
  const identity = identifyHolder();
  for (const definition of enabled) {
    const { name } = definition;
    const config = configs.get(name) ?? {};
    const destinationLog = log.child({ destination: name });
    destinations.push({
      store,
      name,
      capabilities: capabilitiesUnder(definition, config),
      completeCall,
      settleAfterMs: core.SETTLE_AFTER,
      takesTestCalls: name === sql.name,
      ...identity,
      process: processName(),
      clock,
      ...pace,
      random: Math.random,
      log: destinationLog,
      adapter: createDestinationAdapter(definition, config, {
        core,
        clock,
        log: destinationLog,
        ledger: createStoredLedger(store, name, clock),
        notes: createStoredNotes(store, name, clock),
        showFigure: (figure, value) => metrics.destinationFigure(name, figure, value),
      }),
      onSettled: (outcome, count) => metrics.deliverySettled(name, outcome, count),
    });
  }
}
