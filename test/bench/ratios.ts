import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Drain } from './backlog.ts';
import type { Databases } from './databases.ts';
import { keyOf, measure, type Condition, type Measurement, type Subject } from './measure.ts';
import type { BenchOptions } from './options.ts';
import { readProcessFigures } from './process-figures.ts';
import { createPushSources, loadKinds, type LoadKind } from './push-source.ts';
import type { MeasurementOf } from './rate-checks.ts';
import { megabytes, noFailures, under, type Check, type Section } from './section.ts';
import { startBare, startKit, startNaive, type KitPlace } from './servers.ts';

// After this time without a request, Node has given back the memory that the start needed.
const idleMs = 30_000;
const idleMbGoal = 80;
const roles = [
  { role: 'receive', residentMbGoal: 150 },
  { role: 'all', residentMbGoal: 180 },
] as const;

const connectionCounts = [10, 100];
const conditions: readonly Condition[] = loadKinds.flatMap((load) =>
  connectionCounts.map((connections) => ({ load, connections })),
);

const loadTitles: Readonly<Record<LoadKind, string>> = {
  calls: 'each push a new call, recent times',
  lifecycle: 'up to three pushes a call, recent times',
  old: 'each push a new call, times a month old',
};

const titles: readonly (readonly [name: string, title: string])[] = [
  ['bare', '(a) bare Express'],
  ['naive', '(b) naive receiver'],
  ['receive', '(c) this kit, ROLE=receive'],
  ['all', '(c) this kit, ROLE=all'],
];

/**
 * Compares the kit with a bare Express app and a naive receiver on the same kind of database.
 *
 * @param checkRates compares the rates with the targets on this database
 */
export async function measureRatios(
  databases: Databases,
  checkRates: (measurementOf: MeasurementOf) => Check[],
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
  progress(`waiting ${idleMs / 1000} s, then measuring the memory of idle processes`);
  await sleep(idleMs);
  const idle = subjects.slice(2).map(({ server }) => readProcessFigures(server.pid).residentMb);
  const measurements = await measure(subjects, conditions, rounds, seconds, progress);
  const kits = subjects.slice(2).map(({ server }) => readProcessFigures(server.pid));
  for (const { server } of subjects) await server.stop();
  const at: MeasurementOf = (name, condition) => {
    const found = measurements.get(keyOf(name, condition));
    if (found === undefined) throw new RangeError(`${keyOf(name, condition)} was not measured`);
    return found;
  };
  const bodyBytes = createPushSources(() => '\r\n\r\n').meanBodyLength;
  return {
    title: `Taking pushes, on ${databases.title}`,
    lines: [
      `Medians of ${rounds} interleaved rounds of ${seconds} s; bodies of ${bodyBytes} bytes on average. Read ratios, not rates.`,
      '',
      ...conditions.flatMap((condition) => [...table(condition, (name) => at(name, condition)), '']),
      ...conditions.map((condition) => {
        const drained = at('all', condition).drain;
        return `ROLE=all, ${conditionTitle(condition)}: backlog ${drained?.backlog ?? NaN} at the end of the load, drained in ${(drained?.seconds ?? NaN).toFixed(1)} s`;
      }),
      `Resident memory after the load: ${roles
        .map(
          ({ role }, index) =>
            `ROLE=${role} ${megabytes(kits[index]?.residentMb)} (idle ${megabytes(idle[index])}, peak ${megabytes(kits[index]?.peakResidentMb)})`,
        )
        .join(', ')}`,
    ],
    checks: [
      ...checkRates(at),
      ...roles.flatMap((role, index) => memoryChecks(role, kits[index]?.residentMb, idle[index])),
      ...conditions.map((condition) => drainedAll(condition, at('all', condition).drain)),
      noFailures([...measurements.values()].reduce((sum, { failures }) => sum + failures, 0)),
    ],
  };
}

function memoryChecks(
  { role, residentMbGoal }: (typeof roles)[number],
  residentMb = NaN,
  idleMb = NaN,
): Check[] {
  const afterLoad = `MB resident after the load, ROLE=${role}`;
  return [
    under('must', residentMb, 200, afterLoad),
    under('goal', residentMb, residentMbGoal, afterLoad),
    under('goal', idleMb, idleMbGoal, `MB resident when idle, ROLE=${role}`),
  ];
}

/** An unknown backlog, or one that never drains, counts as a failure. */
function drainedAll(condition: Condition, drained: Drain | undefined): Check {
  const ok = drained !== undefined && Number.isFinite(drained.backlog) && Number.isFinite(drained.seconds);
  return { kind: 'must', ok, text: `the backlog drained: ${conditionTitle(condition)}` };
}

function conditionTitle({ load, connections }: Condition): string {
  return `${loadTitles[load]}, ${connections} connections`;
}

function table(condition: Condition, of: (name: string) => Measurement): string[] {
  const bare = of('bare').requestsPerSecond;
  const naive = of('naive');
  const heads = ['req/s', 'p50 ms', 'p99 ms', 'cpu µs/req', 'x (a)', 'x (b)', 'p99 x (b)'];
  return [
    `Load: ${conditionTitle(condition)}`,
    row('', heads),
    ...titles.map(([name, title]) => {
      const measured = of(name);
      return row(title, [
        String(Math.round(measured.requestsPerSecond)),
        measured.p50Ms.toFixed(1),
        measured.p99Ms.toFixed(1),
        Number.isNaN(measured.cpuMicroseconds) ? '-' : String(Math.round(measured.cpuMicroseconds)),
        (measured.requestsPerSecond / bare).toFixed(2),
        (measured.requestsPerSecond / naive.requestsPerSecond).toFixed(2),
        (measured.p99Ms / naive.p99Ms).toFixed(2),
      ]);
    }),
  ];
}

function row(title: string, cells: readonly string[]): string {
  return title.padEnd(28) + cells.map((cell) => cell.padStart(12)).join('');
}
