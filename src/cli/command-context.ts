import { Command } from 'commander';
import { adapters, loadLocalAdapters } from '../../adapters/index.ts';
import { storeMigrations } from '../store/migrations/index.ts';
import type { Settings } from '../config/read-settings.ts';
import { enabledDestinations } from '../app/enabled-destinations.ts';
import type { Destination } from '../store/deliveries.ts';
import { openExistingStore, type Store } from '../store/store.ts';
import { describeError } from './describe-error.ts';
import { loadSettings } from './load-settings.ts';
import { helpOutput, printAside } from './print.ts';
import { findSwallowed } from './run/swallowed-options.ts';

/** The settings, store and destinations of a command. */
export interface CommandContext {
  readonly settings: Settings;
  readonly store: Store;
  readonly destinations: readonly Destination[];
}

/** A mistake in the typed command. It is reported in one sentence, without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Makes a command that shows help on request and ends with exit code 2 when it was typed wrong. */
export function createCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .configureOutput(helpOutput)
    .showHelpAfterError()
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    });
}

/** Opens the existing store, does the work and closes the store. A receiver can keep running. */
export async function withStore(work: (context: CommandContext) => Promise<void>): Promise<void> {
  const settings = loadSettings();
  const store = await openExistingStore(settings.core.DATABASE_URL, storeMigrations);
  const destinations = enabledDestinations(settings, adapters);
  try {
    await work({ settings, store, destinations });
  } finally {
    await store.close();
  }
}

/**
 * Runs a command and prints its error without a stack. A command can set the exit code. Otherwise the exit code is 2
 * for a mistake in the command and 1 for any other error.
 */
export async function runCommand(command: Command): Promise<void> {
  try {
    requireOwnOptions(command);
    await loadLocalAdapters();
    await command.parseAsync();
  } catch (error) {
    describeError(error).forEach(printAside);
    process.exitCode ||= error instanceof UsageError ? 2 : 1;
  }
}

/**
 * Refuses to run when npm has swallowed options of the command.
 *
 * @throws UsageError with the line to type
 */
export function requireOwnOptions(command: Command, given = process.argv.slice(2)): void {
  const swallowed = findSwallowed(command, given, process.env);
  if (swallowed === undefined) return;
  const { options, line } = swallowed;
  throw new UsageError(
    `npm took ${options.join(' and ')} for itself, so nothing was done. Options need -- in front of them: ${line}`,
  );
}
