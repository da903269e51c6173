import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { keyOf, measure, type Measurements, type Subject } from './measure.ts';
import { loadCalls } from './million-calls.ts';
import { readOptions, type BenchOptions } from './options.ts';
import { readProcessFigures } from './process-figures.ts';
import { createPushSources } from './push-source.ts';
import { report, type BenchResults, type MillionResults } from './report.ts';
import { startBare, startKit, startNaive } from './servers.ts';

const options = readOptions(process.argv.slice(2));
const connectionCounts = [10, 100];
const millionConnections = 100;

// Beside the real stores: a system's temporary folder may lie in memory, where a sync costs nothing.
mkdirSync('data', { recursive: true });
const folder = mkdtempSync(resolve('data', 'bench-'));
const startedMs = performance.now();
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
process.exitCode = await main();

async function main(): Promise<number> {
  if (options.build) {
    progress('building');
    execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'inherit', 'inherit'] });
  }
  const compared = await compare(options);
  const million = options.million ? await compareOnMillion(options) : undefined;
  const { text, ok } = report({ ...options, ...compared, million, connectionCounts });
  process.stdout.write(text);
  progress('done');
  return ok ? 0 : 1;
}

async function compare({
  rounds,
  seconds,
}: BenchOptions): Promise<
  Pick<BenchResults, 'measurements' | 'residentMb' | 'peakResidentMb' | 'bodyBytes'>
> {
  const subjects: Subject[] = [
    { name: 'bare', server: await startBare(), lands: false },
    { name: 'naive', server: await startNaive(join(folder, 'naive')), lands: false },
    { name: 'receive', server: await startKit(join(folder, 'receive'), 'receive'), lands: false },
    { name: 'all', server: await startKit(join(folder, 'all'), 'all'), lands: true },
  ];
  const measurements = await measure(subjects, connectionCounts, rounds, seconds, progress);
  const kits = subjects.slice(2).map(({ server }) => readProcessFigures(server.pid));
  for (const { server } of subjects) await server.stop();
  return {
    measurements,
    residentMb: kits.map((figures) => figures.residentMb ?? NaN),
    peakResidentMb: kits.map((figures) => figures.peakResidentMb ?? NaN),
    bodyBytes: createPushSources(() => '\r\n\r\n').meanBodyLength,
  };
}

async function compareOnMillion({ rounds, seconds }: BenchOptions): Promise<MillionResults> {
  const full = join(folder, 'million');
  // The kit makes its own schema and client.
  await (await startKit(full, 'receive')).stop();
  progress('loading 1,000,000 calls');
  const loadStartedMs = performance.now();
  await loadCalls(join(full, 'jet.sqlite'), 1_000_000);
  const loadSeconds = (performance.now() - loadStartedMs) / 1000;
  const subjects: Subject[] = [
    { name: 'empty', server: await startKit(join(folder, 'empty'), 'receive'), lands: false },
    { name: 'million', server: await startKit(full, 'receive'), lands: false },
  ];
  const measured: Measurements = await measure(subjects, [millionConnections], rounds, seconds, progress);
  const residentMb = readProcessFigures(subjects[1]?.server.pid ?? 0).residentMb ?? NaN;
  for (const { server } of subjects) await server.stop();
  const rate = (name: string): number =>
    measured.get(keyOf(name, millionConnections))?.requestsPerSecond ?? NaN;
  return { loadSeconds, residentMb, empty: rate('empty'), million: rate('million') };
}

function progress(line: string): void {
  process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
}
