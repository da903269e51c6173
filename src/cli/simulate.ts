import { CommanderError } from 'commander';
import { loadLocalAdapters } from '../../adapters/index.ts';
import { describeError } from './describe-error.ts';
import { loadEnvironment } from './load-settings.ts';
import { requireOwnOptions, UsageError } from './command-context.ts';
import { readOptions, simulateCommand } from '../simulate/options.ts';
import { createConsoleOutput } from '../simulate/output.ts';
import { onStopSignals } from '../app/stop-signals.ts';
import { runSimulation, type SimulationOptions } from '../simulate/run-simulation.ts';
import { printAside } from './print.ts';

const badOptionExitCode = 2;

await loadLocalAdapters();
const options = readOptionsOrExit();
const stop = new AbortController();
onStopSignals(
  () => stop.abort(),
  () => process.exit(130),
);
process.exitCode = await runSimulation({ ...options, signal: stop.signal }, createConsoleOutput());

function readOptionsOrExit(): SimulationOptions {
  try {
    requireOwnOptions(simulateCommand());
    return readOptions(process.argv.slice(2), loadEnvironment());
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : badOptionExitCode);
    describeError(error).forEach(printAside);
    process.exit(error instanceof UsageError ? badOptionExitCode : 1);
  }
}
