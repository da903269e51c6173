import type { Migration } from '../../database/migration.ts';
import { initial } from './0001-initial.ts';
import { oauthGrants } from './0002-oauth-grants.ts';
import { matchLedger } from './0003-match-ledger.ts';
import { tombstones } from './0004-tombstones.ts';
import { suspects } from './0005-suspects.ts';
import { restingDeliveries } from './0006-resting-deliveries.ts';
import { clientsWithPkce } from './0010-clients-with-pkce.ts';
import { listedCalls } from './0011-listed-calls.ts';
import { attemptsAndReplayJobs } from './0012-attempts-and-replay-jobs.ts';
import { refusedRequests } from './0013-refused-requests.ts';
import { audit } from './0014-audit.ts';
import { destinationNotes } from './0015-destination-notes.ts';

/** The migrations of the store, in order. */
export const storeMigrations: readonly Migration[] = [
  initial,
  oauthGrants,
  matchLedger,
  tombstones,
  suspects,
  restingDeliveries,
  clientsWithPkce,
  listedCalls,
  attemptsAndReplayJobs,
  refusedRequests,
  audit,
  destinationNotes,
];
