import { join } from 'node:path';
import type { BenchOptions } from './options.ts';
import { sendPaced } from './paced-load.ts';
import { readProcessFigures } from './process-figures.ts';
import { noFailures, under, type Section } from './section.ts';
import { sqlitePlace, startKit } from './servers.ts';

const sampleEveryMs = 1_000;
const warmUpShare = 1 / 3;

interface Sample {
  readonly minutes: number;
  readonly residentMb: number;
}

/** The growth of the kit's resident memory in both roles, under a steady load. */
export async function measureMemory(
  folder: string,
  { minutes, perSecond }: BenchOptions,
  progress: (line: string) => void,
): Promise<Section> {
  const server = await startKit(sqlitePlace(join(folder, 'memory')), 'all');
  const startedMs = performance.now();
  const samples: Sample[] = [];
  const timer = setInterval(() => {
    const { residentMb } = readProcessFigures(server.pid);
    if (residentMb === undefined) return;
    samples.push({ minutes: (performance.now() - startedMs) / 60_000, residentMb });
    if (samples.length % 30 === 0) progress(`${residentMb.toFixed(1)} MiB resident`);
  }, sampleEveryMs);
  const failures = await sendPaced(server, perSecond, minutes * 60_000, () => undefined);
  clearInterval(timer);
  await server.stop();
  const counted = samples.filter((sample) => sample.minutes >= minutes * warmUpShare);
  const from = (minutes * warmUpShare).toFixed(1);
  const title = `Resident memory at ${perSecond} pushes a second, ROLE=all, on SQLite`;
  const checks = [noFailures(failures)];
  if (counted.length < 2) {
    const missing = {
      kind: 'must',
      ok: false,
      text: 'this system does not report the memory of a process',
    } as const;
    return { title, lines: [], checks: [missing, ...checks] };
  }
  const resident = counted.map(({ residentMb }) => residentMb);
  return {
    title,
    lines: [
      `From minute ${from} to ${minutes}: between ${Math.min(...resident).toFixed(1)} and ${Math.max(...resident).toFixed(1)} MiB`,
    ],
    checks: [
      under('must', Math.max(...resident), 200, 'MiB resident at most'),
      under('must', slope(counted), 1, 'MiB a minute'),
      ...checks,
    ],
  };
}

/** The slope of the least-squares line through the samples, in MiB a minute. */
function slope(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const meanMinutes = mean(({ minutes }) => minutes);
  const meanMb = mean(({ residentMb }) => residentMb);
  const covariance = mean(({ minutes, residentMb }) => (minutes - meanMinutes) * (residentMb - meanMb));
  return covariance / mean(({ minutes }) => (minutes - meanMinutes) ** 2);
}
