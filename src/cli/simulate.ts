import { existsSync } from 'node:fs';
import { CommanderError } from 'commander';
import { readOptions } from './simulate/options.ts';
import { createConsoleOutput } from './simulate/output.ts';
import { onStopSignals } from '../stop-signals.ts';
import { runSimulation, type SimulationOptions } from './simulate/run-simulation.ts';

const badOptionExitCode = 2;

const options = readOptionsOrExit();
const stop = new AbortController();
onStopSignals(
  () => stop.abort(),
  () => process.exit(130),
);
process.exitCode = await runSimulation({ ...options, signal: stop.signal }, createConsoleOutput());

function readOptionsOrExit(): SimulationOptions {
  if (existsSync('.env')) process.loadEnvFile('.env');
  try {
    return readOptions(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exit(error.exitCode === 0 ? 0 : badOptionExitCode);
  }
}
