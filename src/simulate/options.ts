import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { adapters } from '../../adapters/index.ts';
import { sql } from '../../adapters/sql/index.ts';
import type { CoreSettings } from '../config/core-schema.ts';
import { readSettings } from '../config/read-settings.ts';
import { dialectOfUrl } from '../database/database-url.ts';
import type { Credentials } from './credentials.ts';
import { helpOutput } from '../cli/print.ts';
import { seedMax } from './traffic/random.ts';
import type { SimulationOptions } from './run-simulation.ts';

const callsMax = 100_000;
const retryForMs = 60_000;

const help = `
Environment:
    JET_CLIENT_ID, JET_CLIENT_SECRET  the OAuth client; keeps its secret off the command line
    JET_HEADER                        the fixed header; keeps its value off the command line
    HOST, PORT, ADAPTERS, REPORTING_DATABASE_URL, WEBHOOK_HEADER_NAME, WEBHOOK_HEADER_VALUE, JET_STATUS_MAP
                                      the receiver's own settings, also from .env: its address, its fixed header,
                                      and the database in which calls land

Examples:
  $ npm run client -- create --name simulation
  $ export JET_CLIENT_ID=… JET_CLIENT_SECRET=…
  $ npm run simulate                                    200 calls, 50 pushes a second
  $ npm run simulate -- --calls 5000 --rate 0           as fast as the receiver takes them
  $ npm run simulate -- --seed 42 --calls 20            the same traffic each time
  $ npm run simulate -- --url https://jet.example.com --no-landed
  $ npm run simulate -- --days 30                       a month of calls in a reporting database of its own;
                                                        "npm run simulate -- --days 30 --help" says more

The test calls go to every destination that the receiver has enabled, including a CRM. If ADAPTERS names more than
sql, you must give --allow-crm. For a separate trial without a CRM see "Your first call" in README.md.
All telephone numbers are fictional: they are reserved for creative works and belong to nobody.
Exit code: 0 everything was answered and landed as planned, 1 something differs, 2 a bad option, 130 interrupted.`;

interface Flags {
  url?: string;
  calls: number;
  rate: number;
  seed?: number;
  concurrency: number;
  clientId?: string;
  clientSecret?: string;
  header?: string;
  reporting?: string;
  landed: boolean;
  wait: number;
  allowCrm: boolean;
}

/**
 * Reads the command line.
 *
 * @param args the arguments after the name of the program
 * @throws CommanderError after the help or the error was printed
 * @throws InvalidSettings when the receiver's settings are not valid
 */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): SimulationOptions {
  const command = simulateCommand();
  command.parse([...args], { from: 'user' });
  const flags = command.opts<Flags>();
  const { core, adapters: configs } = readSettings(environment, adapters);
  if (!flags.allowCrm) refuseCrm(core, command);
  return {
    url: readUrl(present(flags.url) ?? addressOf(core), command),
    calls: flags.calls,
    rate: flags.rate,
    concurrency: flags.concurrency,
    seed: flags.seed ?? randomInt(seedMax + 1),
    nowMs: Date.now(),
    statusMap: core.JET_STATUS_MAP,
    credentials: readCredentials(flags, environment, core, command),
    reportingUrl: readReportingUrl(flags, configs.get(sql.name), command),
    landedWaitMs: flags.wait * 1000,
    retryForMs,
  };
}

/** Stops before test calls reach a real CRM, where people would have to remove them. */
function refuseCrm({ ADAPTERS }: CoreSettings, command: Command): void {
  const others = ADAPTERS.filter((name) => name !== sql.name);
  if (others.length === 0) return;
  command.error(
    `error: ADAPTERS enables ${others.join(', ')}, so these test calls would go there too. ` +
      'Run the trial in README.md ("Your first call") instead, or give --allow-crm if you want them there',
  );
}

function addressOf({ HOST, PORT }: CoreSettings): string {
  // A receiver that listens on all addresses is reached on the loopback address.
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[HOST] ?? HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
}

function readReportingUrl(
  { landed, reporting }: Flags,
  config: Record<string, unknown> | undefined,
  command: Command,
): string | undefined {
  if (!landed) return undefined;
  const url = present(reporting) ?? config?.['REPORTING_DATABASE_URL'];
  if (url === undefined) {
    return command.error('error: ADAPTERS does not name sql, so no call lands in a table. Give --no-landed');
  }
  if (typeof url !== 'string' || dialectOfUrl(url) === undefined) {
    return command.error('error: the reporting database must begin with sqlite:, postgres:// or mysql://');
  }
  return url;
}

/** The command line of the simulation. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description("Sends a day of Jet's calls to a running receiver, then shows what landed.")
    .option('--url <url>', 'base address of the receiver (default: HOST and PORT of the settings)')
    .option('--calls <number>', 'number of calls', wholeNumber(1, callsMax), 200)
    .option('--rate <number>', 'pushes per second; 0 means as fast as possible', wholeNumber(0, 100_000), 50)
    .option('--concurrency <number>', 'number of concurrent requests', wholeNumber(1, 1000), 10)
    .option(
      '--seed <number>',
      'repeats the traffic of an earlier run (default: random)',
      wholeNumber(0, seedMax),
    )
    .option('--client-id <id>', 'OAuth client; its token is requested from {url}/oauth/token')
    .option('--client-secret <secret>', 'its secret; JET_CLIENT_SECRET is safer')
    .option('--header <"Name: value">', 'fixed header instead of OAuth; JET_HEADER is safer')
    .option('--reporting <url>', 'reporting database (default: REPORTING_DATABASE_URL)')
    .option('--allow-crm', 'send test calls even if the settings enable other destinations than sql', false)
    .option('--no-landed', 'do not check what landed')
    .option('--wait <seconds>', 'how long to wait for the next call to land', wholeNumber(0, 86_400), 30)
    .allowExcessArguments(false)
    .addHelpText('after', help)
    .configureOutput(helpOutput)
    .showHelpAfterError('(--help shows all options)')
    .exitOverride();
}

function readCredentials(
  flags: Flags,
  environment: NodeJS.ProcessEnv,
  { WEBHOOK_HEADER_NAME: name, WEBHOOK_HEADER_VALUE: value }: CoreSettings,
  command: Command,
): Credentials {
  const header = present(flags.header);
  const hasClientFlag = flags.clientId !== undefined || flags.clientSecret !== undefined;
  if (header !== undefined && hasClientFlag) {
    command.error('error: give either --header or --client-id with --client-secret, not both');
  }
  if (header !== undefined) return readHeader(header, command);
  const clientId = present(flags.clientId) ?? present(environment['JET_CLIENT_ID']);
  const clientSecret = present(flags.clientSecret) ?? present(environment['JET_CLIENT_SECRET']);
  if (clientId !== undefined && clientSecret !== undefined) return { kind: 'client', clientId, clientSecret };
  const environmentHeader = present(environment['JET_HEADER']);
  if (environmentHeader !== undefined && !hasClientFlag) return readHeader(environmentHeader, command);
  const given = clientId !== undefined || clientSecret !== undefined;
  if (!given && name !== undefined && value !== undefined) return { kind: 'header', name, value };
  if (clientId !== undefined) command.error('error: the client secret is missing (JET_CLIENT_SECRET)');
  if (clientSecret !== undefined) command.error('error: the client id is missing (JET_CLIENT_ID)');
  return command.error(
    'error: credentials are missing: set JET_CLIENT_ID and JET_CLIENT_SECRET, or JET_HEADER, or give their options',
  );
}

function readHeader(text: string, command: Command): Credentials {
  const match = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/.exec(text.trim());
  const [, name, value] = match ?? [];
  if (name === undefined || value === undefined) {
    return command.error('error: the header must have the form "Name: value"');
  }
  return { kind: 'header', name, value };
}

// Checked after the parsing, because the parser's error would repeat the address and a password in it.
function readUrl(text: string, command: Command): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    return command.error('error: --url must be an address such as http://127.0.0.1:3000');
  }
  if (url.username !== '' || url.password !== '') {
    return command.error(
      'error: --url must not contain credentials; use JET_CLIENT_ID and JET_CLIENT_SECRET',
    );
  }
  return url.href.replace(/\/+$/, '');
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function present(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}
