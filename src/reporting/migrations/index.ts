import type { Migration } from '../../database/migration.ts';
import { jetCalls } from './0001-jet-calls.ts';
import { longerClickIds } from './0002-longer-click-ids.ts';

/** The schema of the reporting database, in order. */
export const reportingMigrations: readonly Migration[] = [jetCalls, longerClickIds];

/** The table in which the reporting database records the steps of its schema. */
export const reportingMigrationsTable = 'jet_reporting_migrations';
