import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { adapters } from '../../../adapters/index.ts';
import { helpOutput } from '../../cli/print.ts';
import { readSettings } from '../../config/read-settings.ts';
import { dialectOfUrl } from '../../database/database-url.ts';
import { seedMax } from '../traffic/random.ts';
import type { MonthOptions } from './land-month.ts';

const help = `
The last calls end now. There are a few more calls each day, and fewer at weekends. A campaign runs from day 10 to day 19.
Too few people answer on day 16, and the tracking of web visits fails on days 21 and 22. About half of the missed callers
are called back, some call again, and the others are forgotten.

Receipt times agree with the calls' own times, so that answer times are meaningful. This needs a separate database,
because a running receiver always notes its own time of receipt.

Example:
  $ npm run simulate -- --days 30
  $ REPORTING_DATABASE_URL=sqlite:./data/simulated-month.sqlite npm run --silent export -- --view jet_daily

Exit code: 0 written, 1 failed, 2 a bad option, 130 interrupted.`;

interface Flags {
  days: number;
  calls: number;
  seed?: number;
  reporting: string;
}

/**
 * Reads the command line of a simulated month. Undefined when it does not ask for days.
 *
 * @throws CommanderError after the help or the error was printed
 * @throws InvalidSettings when the receiver's settings are not valid
 */
export function readMonthOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Omit<MonthOptions, 'signal'> | undefined {
  if (!args.some((arg) => arg === '--days' || arg.startsWith('--days='))) return undefined;
  const command = new Command('simulate')
    .description('Fills an empty reporting database with the calls of some days, for a look at the reports.')
    .requiredOption('--days <number>', 'number of days', wholeNumber(1, 400))
    .option('--calls <number>', 'inbound calls of an ordinary working day', wholeNumber(1, 100_000), 120)
    .option(
      '--seed <number>',
      'repeats the calls of an earlier run (default: random)',
      wholeNumber(0, seedMax),
    )
    .option('--reporting <url>', 'the empty reporting database', 'sqlite:./data/simulated-month.sqlite')
    .allowExcessArguments(false)
    .addHelpText('after', help)
    .configureOutput(helpOutput)
    .showHelpAfterError('(--help shows all options)')
    .exitOverride();
  command.parse([...args], { from: 'user' });
  const flags = command.opts<Flags>();
  if (dialectOfUrl(flags.reporting) === undefined)
    command.error('error: --reporting must begin with sqlite:, postgres:// or mysql://');
  const { core } = readSettings(environment, adapters);
  return {
    ...{ days: flags.days, callsADay: flags.calls, seed: flags.seed ?? randomInt(seedMax + 1) },
    ...{ nowMs: Date.now(), timeZone: core.TIME_ZONE, defaultCountry: core.DEFAULT_COUNTRY },
    reportingUrl: flags.reporting,
  };
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
