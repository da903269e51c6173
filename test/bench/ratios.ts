import { join } from 'node:path';
import type { Drain } from './backlog.ts';
import type { Databases } from './databases.ts';
import { keyOf, measure, type Measurement, type Subject } from './measure.ts';
import type { BenchOptions } from './options.ts';
import { readProcessFigures } from './process-figures.ts';
import { createPushSources } from './push-source.ts';
import { atLeast, megabytes, noFailures, under, type Check, type Section } from './section.ts';
import { startBare, startKit, startNaive, type KitPlace } from './servers.ts';

const connectionCounts = [10, 100];

const titles: readonly (readonly [name: string, title: string])[] = [
  ['bare', '(a) bare Express'],
  ['naive', '(b) naive receiver'],
  ['receive', '(c) this kit, ROLE=receive'],
  ['all', '(c) this kit, ROLE=all'],
];

/**
 * Compares the kit with a bare Express app and a naive receiver on the same kind of database.
 *
 * @param timesNaive what the kit should reach at 100 connections
 */
export async function measureRatios(
  databases: Databases,
  timesNaive: { readonly kind: Check['kind']; readonly least: number },
  folder: string,
  { rounds, seconds }: BenchOptions,
  progress: (line: string) => void,
): Promise<Section> {
  const place = async (name: string): Promise<KitPlace> => ({
    folder: join(folder, `${databases.title}-${name}`),
    storeUrl: await databases.create(name),
    reportingUrl: await databases.create(`${name}_reporting`),
  });
  const subjects: Subject[] = [
    { name: 'bare', server: await startBare(), lands: false },
    { name: 'naive', server: await startNaive(await databases.create('naive')), lands: false },
    { name: 'receive', server: await startKit(await place('receive'), 'receive'), lands: false },
    { name: 'all', server: await startKit(await place('all'), 'all'), lands: true },
  ];
  const measurements = await measure(subjects, connectionCounts, rounds, seconds, progress);
  const kits = subjects.slice(2).map(({ server }) => readProcessFigures(server.pid));
  for (const { server } of subjects) await server.stop();
  const at = (name: string, connections: number): Measurement => {
    const found = measurements.get(keyOf(name, connections));
    if (found === undefined) throw new RangeError(`${name} was not measured at ${connections} connections`);
    return found;
  };
  const rate = (name: string): number => at(name, 100).requestsPerSecond;
  const bodyBytes = createPushSources(() => '\r\n\r\n').meanBodyLength;
  return {
    title: `Taking pushes, on ${databases.title}`,
    lines: [
      `Medians of ${rounds} interleaved rounds of ${seconds} s; bodies of ${bodyBytes} bytes on average. Read ratios, not rates.`,
      '',
      ...connectionCounts.flatMap((connections) => [
        ...table(connections, (name) => at(name, connections)),
        '',
      ]),
      ...connectionCounts.map((connections) => {
        const drained = at('all', connections).drain;
        return `ROLE=all at ${connections} connections: backlog ${drained?.backlog ?? NaN} at the end of the load, drained in ${(drained?.seconds ?? NaN).toFixed(1)} s`;
      }),
      `Resident memory after the load: ${kits
        .map((figures, index) => {
          const role = index === 0 ? 'receive' : 'all';
          return `ROLE=${role} ${megabytes(figures.residentMb)} (peak ${megabytes(figures.peakResidentMb)})`;
        })
        .join(', ')}`,
    ],
    checks: [
      atLeast(
        timesNaive.kind,
        rate('receive') / rate('naive'),
        timesNaive.least,
        'times the naive receiver at 100 connections',
      ),
      atLeast('goal', rate('receive') / rate('bare'), 0.5, 'times bare Express at 100 connections'),
      ...kits.map(({ residentMb }, index) =>
        under('must', residentMb ?? NaN, 200, `MB resident, ROLE=${index === 0 ? 'receive' : 'all'}`),
      ),
      ...connectionCounts.map((connections) => drainedAll(connections, at('all', connections).drain)),
      noFailures([...measurements.values()].reduce((sum, { failures }) => sum + failures, 0)),
    ],
  };
}

/** An unknown backlog, or one that never drains, counts as a failure. */
function drainedAll(connections: number, drained: Drain | undefined): Check {
  const ok = drained !== undefined && Number.isFinite(drained.backlog) && Number.isFinite(drained.seconds);
  return { kind: 'must', ok, text: `the backlog at ${connections} connections drained` };
}

function table(connections: number, of: (name: string) => Measurement): string[] {
  const bare = of('bare').requestsPerSecond;
  const naive = of('naive').requestsPerSecond;
  const heads = ['req/s', 'p50 ms', 'p99 ms', 'cpu µs/req', 'x (a)', 'x (b)'];
  return [
    row(`${connections} connections`, heads),
    ...titles.map(([name, title]) => {
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
