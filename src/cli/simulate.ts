import { CommanderError } from 'commander';
import { loadLocalAdapters } from '../../adapters/index.ts';
import { describeError } from './describe-error.ts';
import { loadEnvironment } from './load-settings.ts';
import { requireOwnOptions, UsageError } from './command-context.ts';
import { readOptions, simulateCommand } from '../simulate/options.ts';
import { createConsoleOutput } from '../simulate/output.ts';
import { onStopSignals } from '../app/stop-signals.ts';
import { landMonth } from '../simulate/month/land-month.ts';
import { readMonthOptions } from '../simulate/month/month-options.ts';
import { runSimulation } from '../simulate/run-simulation.ts';
import { printAside } from './print.ts';

const badOptionExitCode = 2;

await loadLocalAdapters();
const args = process.argv.slice(2);
const month = orExit(() => readMonthOptions(args, loadEnvironment()));
const options =
  month === undefined
    ? orExit(() => {
        requireOwnOptions(simulateCommand());
        return readOptions(args, loadEnvironment());
      })
    : undefined;
const stop = new AbortController();
onStopSignals(
  () => stop.abort(),
  () => process.exit(130),
);
const { signal } = stop;
if (month !== undefined)
  process.exitCode = await landMonth({ ...month, signal }, createConsoleOutput()).catch(describe);
else if (options !== undefined)
  process.exitCode = await runSimulation({ ...options, signal }, createConsoleOutput());

function describe(error: unknown): 1 {
  describeError(error).forEach(printAside);
  return 1;
}

function orExit<Options>(read: () => Options): Options {
  try {
    return read();
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : badOptionExitCode);
    describeError(error).forEach(printAside);
    process.exit(error instanceof UsageError ? badOptionExitCode : 1);
  }
}
