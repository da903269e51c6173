import { keyOf, type Measurement, type Measurements } from './measure.ts';

export interface MillionResults {
  readonly loadSeconds: number;
  readonly residentMb: number;
  /** Requests per second. */
  readonly empty: number;
  readonly million: number;
}

export interface BenchResults {
  readonly measurements: Measurements;
  readonly connectionCounts: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly bodyBytes: number;
  /** Of the kit in both roles, after the load. */
  readonly residentMb: readonly number[];
  readonly peakResidentMb: readonly number[];
  readonly million: MillionResults | undefined;
}

const subjects: readonly (readonly [name: string, title: string])[] = [
  ['bare', '(a) bare Express'],
  ['naive', '(b) naive receiver'],
  ['receive', '(c) this kit, ROLE=receive'],
  ['all', '(c) this kit, ROLE=all'],
];

/** The results in plain text, and whether all that must be reached was. */
export function report(results: BenchResults): { text: string; ok: boolean } {
  const at = (name: string, connections: number): Measurement => {
    const found = results.measurements.get(keyOf(name, connections));
    if (found === undefined) throw new RangeError(`Nothing was measured of ${name} at ${connections}`);
    return found;
  };
  const rate = (name: string, connections: number): number => at(name, connections).requestsPerSecond;
  const failures = [...results.measurements.values()].reduce((sum, { failures: count }) => sum + count, 0);
  const checks = [
    check(
      'must',
      'times the naive receiver at 100 connections',
      rate('receive', 100) / rate('naive', 100),
      3,
    ),
    check('goal', 'times bare Express at 100 connections', rate('receive', 100) / rate('bare', 100), 0.5),
    ...(results.million === undefined
      ? []
      : [
          check(
            'must',
            'times its own rate on an empty store, with 1,000,000 calls in it',
            results.million.million / results.million.empty,
            0.8,
          ),
        ]),
    ...memoryCheck(results),
    {
      ok: failures === 0,
      isMust: true,
      line: `must  ${failures === 0 ? 'reached' : 'MISSED '}  ${failures} answers other than 2xx, or broken connections`,
    },
  ];
  const lines = [
    `Medians of ${results.rounds} interleaved rounds of ${results.seconds} s; bodies of ${results.bodyBytes} bytes on average. Read ratios, not rates.`,
    '',
    ...results.connectionCounts.flatMap((connections) => [
      ...table(connections, (name) => at(name, connections)),
      '',
    ]),
    ...results.connectionCounts.map((connections) => {
      const drained = at('all', connections).drain;
      return `ROLE=all at ${connections} connections: backlog ${drained?.backlog ?? 0} at the end of the load, drained in ${(drained?.seconds ?? 0).toFixed(1)} s`;
    }),
    `Resident memory after the load: ROLE=receive ${megabytes(results.residentMb[0])} (peak ${megabytes(results.peakResidentMb[0])}), ROLE=all ${megabytes(results.residentMb[1])} (peak ${megabytes(results.peakResidentMb[1])})`,
    ...(results.million === undefined
      ? []
      : [
          `1,000,000 calls loaded in ${results.million.loadSeconds.toFixed(0)} s: ${Math.round(results.million.million)} req/s beside ${Math.round(results.million.empty)} on an empty store, resident ${megabytes(results.million.residentMb)}`,
        ]),
    '',
    ...checks.map(({ line }) => line),
  ];
  return { text: `${lines.join('\n')}\n`, ok: checks.every(({ ok, isMust }) => ok || !isMust) };
}

interface Check {
  readonly ok: boolean;
  readonly isMust: boolean;
  readonly line: string;
}

function check(kind: 'must' | 'goal', what: string, value: number, least: number): Check {
  const ok = value >= least;
  return {
    ok,
    isMust: kind === 'must',
    line: `${kind}  ${ok ? 'reached' : 'MISSED '}  ${value.toFixed(2)} ${what} (at least ${least})`,
  };
}

function memoryCheck({ residentMb }: BenchResults): Check[] {
  const largest = Math.max(...residentMb);
  if (Number.isNaN(largest)) return [];
  const ok = largest < 200;
  return [
    {
      ok,
      isMust: false,
      line: `goal  ${ok ? 'reached' : 'MISSED '}  ${megabytes(largest)} resident (under 200 MB)`,
    },
  ];
}

function table(connections: number, of: (name: string) => Measurement): string[] {
  const bare = of('bare').requestsPerSecond;
  const naive = of('naive').requestsPerSecond;
  const heads = ['req/s', 'p50 ms', 'p99 ms', 'cpu µs/req', 'x (a)', 'x (b)'];
  return [
    row(`${connections} connections`, heads),
    ...subjects.map(([name, title]) => {
      const measured = of(name);
      return row(title, [
        String(Math.round(measured.requestsPerSecond)),
        measured.p50Ms.toFixed(1),
        measured.p99Ms.toFixed(1),
        Number.isNaN(measured.cpuMicroseconds) ? '-' : String(Math.round(measured.cpuMicroseconds)),
        (measured.requestsPerSecond / bare).toFixed(2),
        (measured.requestsPerSecond / naive).toFixed(2),
      ]);
    }),
  ];
}

function row(title: string, cells: readonly string[]): string {
  return title.padEnd(28) + cells.map((cell) => cell.padStart(12)).join('');
}

function megabytes(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '- MB' : `${Math.round(value)} MB`;
}
