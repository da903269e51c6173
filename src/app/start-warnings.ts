import type { Logger } from 'pino';
import type { CoreSettings } from '../config/core-schema.ts';
import type { Settings } from '../config/read-settings.ts';
import { usualStoreFiles } from './data-folder.ts';
import { findExposures } from './exposure.ts';
import { findDurabilityFault } from '../database/durability.ts';
import type { Store } from '../store/store.ts';
import { countCallsOfUnnamed } from '../store/upkeep/unnamed-store.ts';

/** Logs what an operator must know at the start, with remedies. A warning never stops the start. */
export async function logStartWarnings(store: Store, settings: Settings, log: Logger): Promise<void> {
  const { core } = settings;
  if (core.ADAPTERS.length === 0) logNoAdapters(core.ROLE, log);
  for (const { message, remedy } of findExposures(settings)) log.warn({ remedy }, message);
  if (core.ROLE === 'deliver') return;
  await warnOfCommitsAtRisk(store, log);
  await warnOfUnnamedStores(store, core, log);
}

async function warnOfCommitsAtRisk({ writer }: Store, log: Logger): Promise<void> {
  const fault = await findDurabilityFault(writer);
  if (fault !== undefined) log.warn({ remedy: fault.remedy }, fault.message);
}

/** After a change of DATABASE_URL the receiver begins with an empty store, and its earlier calls seem to be lost. */
async function warnOfUnnamedStores(store: Store, core: CoreSettings, log: Logger): Promise<void> {
  for (const file of usualStoreFiles(core)) {
    const calls = await countCallsOfUnnamed(store, file);
    if (calls === undefined) continue;
    log.warn(
      {
        file,
        calls,
        remedy:
          'To keep these calls, stop the receiver, set DATABASE_URL to that store again, and run: npm run move -- --to <url>. Otherwise move the file away',
      },
      `${calls.toLocaleString('en')} ${calls === 1 ? 'call is' : 'calls are'} in ${file}, but DATABASE_URL names another store`,
    );
  }
}

function logNoAdapters(role: CoreSettings['ROLE'], log: Logger): void {
  if (role === 'deliver')
    log.warn({}, 'This process has nothing to do: ROLE is deliver, and ADAPTERS is none');
  else log.info({}, 'Pushes are stored but not delivered: ADAPTERS is none');
}
