import { Command, InvalidArgumentError } from 'commander';

export const parts = ['ratios', 'postgres', 'million', 'drain', 'latency', 'memory', 'reports'] as const;
export type Part = (typeof parts)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly rounds: number;
  readonly seconds: number;
  /** A PostgreSQL server on which databases can be created. */
  readonly postgresUrl: string | undefined;
  /** A MySQL or MariaDB server on which databases can be created. */
  readonly mysqlUrl: string | undefined;
  /** How many calls are in the table in `reports`. */
  readonly reportCalls: number;
  /** How many calls the worker must land in `drain`. */
  readonly calls: number;
  /** How long `memory` lasts, including its warm-up. */
  readonly minutes: number;
  /** Pushes a second, in `latency` and `memory`. */
  readonly perSecond: number;
  /** Build before measuring. */
  readonly build: boolean;
}

interface Given {
  rounds?: number;
  seconds?: number;
  quick?: true;
  only?: Part[];
  million: boolean;
  postgres?: string;
  mysql?: string;
  reportCalls: number;
  calls: number;
  minutes: number;
  rate: number;
  build: boolean;
}

const explanation = `
Parts:
  ratios    the kit beside a bare Express app and a naive receiver, on SQLite
  postgres  the same on PostgreSQL (skipped unless a server is named)
  million   the kit with 1,000,000 calls in its store, beside an empty one
  drain     landing a backlog in the reporting table, beside one plain loop of inserts
  latency   from push to row at a steady rate
  memory    how resident memory grows under a steady rate
  reports   a question over 30 days to each view, on SQLite and on each server that is named`;

/** Reads the command line. Faults and `--help` end the process. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const command = new Command('npm run bench --')
    .description('Compares the kit with a simple receiver. Read the ratios, not the rates.')
    .option('--only <parts>', 'some of the parts below, separated by commas', partList)
    .option('--quick', 'only the ratios, in two short rounds')
    .option('--no-million', 'skip the store with a million calls')
    .option('--rounds <count>', 'number of interleaved rounds; their medians are shown', positive)
    .option('--seconds <count>', 'duration of each measurement in seconds', positive)
    .option('--postgres <url>', 'server for the databases of the bench; default: TEST_POSTGRES_URL')
    .option('--mysql <url>', 'server for the databases of the bench; default: TEST_MYSQL_URL')
    .option('--report-calls <count>', 'calls in the table in reports', calls, 1_000_000)
    .option('--calls <count>', 'calls in the backlog of drain', positive, 100_000)
    .option('--minutes <count>', 'duration of memory; a third of it is warm-up', positive, 6)
    .option('--rate <count>', 'pushes a second in latency and memory', positive, 100)
    .option('--no-build', 'measure the present dist/ without a build')
    .addHelpText('after', explanation)
    .parse([...argv], { from: 'user' });
  const given = command.opts<Given>();
  const quick = given.quick === true;
  const postgresUrl = (given.postgres ?? process.env['TEST_POSTGRES_URL']) || undefined;
  if (given.only?.includes('postgres') === true && postgresUrl === undefined) {
    command.error('error: --only postgres needs --postgres <url> or TEST_POSTGRES_URL');
  }
  return {
    parts:
      given.only ??
      (quick ? (['ratios'] as const) : parts).filter(
        (part) => (part !== 'million' || given.million) && (part !== 'postgres' || postgresUrl !== undefined),
      ),
    rounds: Math.round(given.rounds ?? (quick ? 2 : 5)),
    seconds: given.seconds ?? (quick ? 1.5 : 4),
    postgresUrl,
    mysqlUrl: (given.mysql ?? process.env['TEST_MYSQL_URL']) || undefined,
    reportCalls: Math.round(given.reportCalls),
    calls: Math.round(given.calls),
    minutes: given.minutes,
    perSecond: given.rate,
    build: given.build,
  };
}

function partList(text: string): Part[] {
  const names = text.split(',').map((name) => name.trim());
  const known = parts.filter((part) => names.includes(part));
  if (known.length !== names.length) throw new InvalidArgumentError(`The parts are ${parts.join(', ')}.`);
  return known;
}

function calls(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 2e7)) throw new InvalidArgumentError('It is a number above 0.');
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1e6)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}
