import { Command, InvalidArgumentError } from 'commander';

export interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Measure on a store that holds a million calls too. */
  readonly million: boolean;
  /** Build before measuring. */
  readonly build: boolean;
}

/** Reads the command line; faults and `--help` end the process. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const given = new Command('npm run bench --')
    .description('Measures the receiver beside a bare Express app and a naive receiver. Read the ratios.')
    .option('--rounds <count>', 'interleaved rounds, of which medians are taken', positive)
    .option('--seconds <count>', 'seconds of each measurement', positive)
    .option('--quick', 'two short rounds, and no store of a million calls')
    .option('--million', 'measure on a store of a million calls too (as without --quick)')
    .option('--no-million', 'leave the store of a million calls out')
    .option('--no-build', 'measure dist/ as it is')
    .parse([...argv], { from: 'user' })
    .opts<{ rounds?: number; seconds?: number; quick?: true; million?: boolean; build: boolean }>();
  const quick = given.quick === true;
  return {
    rounds: Math.round(given.rounds ?? (quick ? 2 : 5)),
    seconds: given.seconds ?? (quick ? 1.5 : 4),
    million: given.million ?? !quick,
    build: given.build,
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError('It is a number from 1 to 1000.');
  return value;
}
