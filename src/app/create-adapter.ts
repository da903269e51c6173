import { reportingMigrations, reportingMigrationsTable } from '../reporting/migrations/index.ts';
import type { CoreSettings } from '../config/core-schema.ts';
import { contractVersion, type Adapter, type AdapterDefinition } from '../contract/adapter.ts';
import type { AdapterTools } from '../contract/adapter-tools.ts';
import { AdapterMisconfigured } from '../contract/errors.ts';
import { MigrationBlocked } from '../database/migration.ts';
import { createPhoneReader } from '../domain/phone-number.ts';
import { openDatabase } from '../database/open-database.ts';
import { migrate } from '../database/migrate.ts';
import { StoreUnusable } from '../database/store-unusable.ts';
import { phoneSettings } from './intake-settings.ts';

/** The parts from which an adapter's tools are made. */
export interface AdapterSurroundings extends Pick<
  AdapterTools,
  'log' | 'clock' | 'ledger' | 'notes' | 'showFigure'
> {
  readonly core: Pick<CoreSettings, 'DEFAULT_COUNTRY' | 'DEFAULT_AREA_CODE' | 'OWN_NUMBERS'>;
}

/**
 * Makes an adapter with the kit's tools.
 *
 * @throws Error when the adapter is written for another version of the contract
 */
export function createAdapter(
  definition: AdapterDefinition,
  config: Record<string, unknown>,
  { core, ...tools }: AdapterSurroundings,
): Adapter {
  if (definition.contractVersion !== contractVersion) {
    throw new Error(
      `It is written for contract version ${definition.contractVersion}, and this kit has version ${contractVersion}. See "contract version ${contractVersion}" in CHANGELOG.md for what to change in the adapter.`,
    );
  }
  const readPhone = createPhoneReader({
    ...phoneSettings(core),
  });
  const readNumber = (text: string): string | undefined => readPhone(text).e164;
  return definition.create(config, {
    ...tools,
    readNumber,
    ownNumbers: new Set(
      (core.OWN_NUMBERS ?? []).map((text) => readNumber(text)).filter((e164) => e164 !== undefined),
    ),
    openDatabase: (url) => openDatabase(url),
    migrateReporting: (database) =>
      migrate(database, reportingMigrationsTable, reportingMigrations).catch((error: unknown) => {
        if (!(error instanceof StoreUnusable || error instanceof MigrationBlocked)) throw error;
        throw new AdapterMisconfigured(error.message, error.remedy, { cause: error });
      }),
  });
}
