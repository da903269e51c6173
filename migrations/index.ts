import type { Migration } from '../src/database/migration.ts';
import { jetCalls } from '../src/reporting/migrations/0001-jet-calls.ts';
import { longerClickIds } from '../src/reporting/migrations/0002-longer-click-ids.ts';
import { initial } from '../src/store/migrations/0001-initial.ts';
import { oauthGrants } from '../src/store/migrations/0002-oauth-grants.ts';
import { matchLedger } from '../src/store/migrations/0003-match-ledger.ts';
import { tombstones } from '../src/store/migrations/0004-tombstones.ts';
import { suspects } from '../src/store/migrations/0005-suspects.ts';
import { restingDeliveries } from '../src/store/migrations/0006-resting-deliveries.ts';
import { clientsWithPkce } from '../src/store/migrations/0010-clients-with-pkce.ts';

/** The store's schema, in order. */
export const storeMigrations: readonly Migration[] = [
  initial,
  oauthGrants,
  matchLedger,
  tombstones,
  suspects,
  restingDeliveries,
  clientsWithPkce,
];

/** The schema of the reporting database, in order. */
export const reportingMigrations: readonly Migration[] = [jetCalls, longerClickIds];

/** Where the reporting database remembers the steps of its schema. */
export const reportingMigrationsTable = 'jet_reporting_migrations';
