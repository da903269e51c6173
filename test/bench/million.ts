import { join } from 'node:path';
import { keyOf, measure, type Subject } from './measure.ts';
import { loadCalls } from './million-calls.ts';
import type { BenchOptions } from './options.ts';
import { readProcessFigures } from './process-figures.ts';
import { atLeast, megabytes, noFailures, type Section } from './section.ts';
import { sqlitePlace, startKit } from './servers.ts';

const condition = { load: 'lifecycle', connections: 100 } as const;

/** Compares the kit with a million calls in its store to itself with an empty store. */
export async function measureMillion(
  folder: string,
  { rounds, seconds }: BenchOptions,
  progress: (line: string) => void,
): Promise<Section> {
  const full = sqlitePlace(join(folder, 'million'));
  // The kit creates its own schema and client.
  await (await startKit(full, 'receive')).stop();
  progress('loading 1,000,000 calls');
  const startedMs = performance.now();
  await loadCalls(join(full.folder, 'jet.sqlite'), 1_000_000);
  const loadSeconds = (performance.now() - startedMs) / 1000;
  const subjects: Subject[] = [
    { name: 'empty', server: await startKit(sqlitePlace(join(folder, 'empty')), 'receive'), lands: false },
    { name: 'million', server: await startKit(full, 'receive'), lands: false },
  ];
  const measured = await measure(subjects, [condition], rounds, seconds, progress);
  const { residentMb } = readProcessFigures(subjects[1]?.server.pid ?? 0);
  for (const { server } of subjects) await server.stop();
  const rate = (name: string): number => measured.get(keyOf(name, condition))?.requestsPerSecond ?? NaN;
  return {
    title: 'Taking pushes with 1,000,000 calls in the store',
    lines: [
      `Loaded in ${loadSeconds.toFixed(0)} s: ${Math.round(rate('million'))} req/s, compared with ${Math.round(rate('empty'))} on an empty store, resident ${megabytes(residentMb)}`,
    ],
    checks: [
      atLeast('must', rate('million') / rate('empty'), 0.8, 'times its own rate on an empty store'),
      noFailures([...measured.values()].reduce((sum, { failures }) => sum + failures, 0)),
    ],
  };
}
