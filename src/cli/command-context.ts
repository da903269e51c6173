import { Command } from 'commander';
import { adapters } from '../../adapters/index.ts';
import { storeMigrations } from '../store/migrations/index.ts';
import type { Settings } from '../config/read-settings.ts';
import { enabledDestinations } from '../app/enabled-destinations.ts';
import type { Destination } from '../store/deliveries.ts';
import { openExistingStore, type Store } from '../store/store.ts';
import { describeError } from './describe-error.ts';
import { loadSettings } from './load-settings.ts';
import { helpOutput, printAside } from './print.ts';

/** What a command works with. */
export interface CommandContext {
  readonly settings: Settings;
  readonly store: Store;
  readonly destinations: readonly Destination[];
}

/** A mistake of whoever typed the command: told in one sentence, without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A command of the kit, with the house's manners: help on request, exit code 2 for a mistake in its words. */
export function createCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .configureOutput(helpOutput)
    .showHelpAfterError()
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    });
}

/** Opens the store for one piece of work and closes it; never makes one. Safe beside a running receiver. */
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
 * Runs a command. A failure is told in words. The exit code is the one that the command has set, or else 1, or 2 for a
 * mistake in the command.
 */
export async function runCommand(command: Command): Promise<void> {
  try {
    await command.parseAsync();
  } catch (error) {
    describeError(error).forEach(printAside);
    process.exitCode ||= error instanceof UsageError ? 2 : 1;
  }
}
