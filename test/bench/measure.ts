import { drain, type Drain } from './backlog.ts';
import { load, type LoadResult } from './load.ts';
import { median } from './median.ts';
import { readProcessFigures } from './process-figures.ts';
import { createPushSources, type LoadKind } from './push-source.ts';
import { requestHead } from './request.ts';
import type { Server } from './servers.ts';

/** A server to measure. */
export interface Subject {
  readonly name: string;
  readonly server: Server;
  /** True when its worker lands the pushes. It must finish before the next measurement. */
  readonly lands: boolean;
}

/** Medians over the rounds, for one subject under one condition. */
export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The server's processor time for each request, over all threads. NaN when the system does not report it. */
  readonly cpuMicroseconds: number;
  readonly failures: number;
  readonly drain: Drain | undefined;
}

export type Measurements = ReadonlyMap<string, Measurement>;

/** What the subjects are measured under. */
export interface Condition {
  readonly load: LoadKind;
  readonly connections: number;
}

export function keyOf(subject: string, { load, connections }: Condition): string {
  return `${subject} ${load} ${connections}`;
}

interface Sample extends LoadResult {
  readonly cpuMicroseconds: number;
  readonly drain: Drain | undefined;
}

const warmUpMs = 500;
const firstWarmUpMs = 1_500;

/** Measures the subjects in turn, round after round, so that other load on the machine affects all of them. */
export async function measure(
  subjects: readonly Subject[],
  conditions: readonly Condition[],
  rounds: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Measurements> {
  const busiest = [...conditions].sort((a, b) => b.connections - a.connections)[0];
  if (busiest === undefined) return new Map();
  for (const subject of subjects) await sample(subject, busiest, firstWarmUpMs / 1000);
  const samples = new Map<string, Sample[]>();
  for (let round = 1; round <= rounds; round += 1) {
    for (const condition of conditions) {
      for (const subject of subjects) {
        const taken = await sample(subject, condition, seconds);
        progress(
          `round ${round}/${rounds}, load ${condition.load}, ${condition.connections} connections, ${subject.name}: ${Math.round(taken.requestsPerSecond)} req/s`,
        );
        const key = keyOf(subject.name, condition);
        samples.set(key, [...(samples.get(key) ?? []), taken]);
      }
    }
  }
  return new Map([...samples].map(([key, taken]) => [key, summarise(taken)]));
}

async function sample(
  subject: Subject,
  { load: kind, connections }: Condition,
  seconds: number,
): Promise<Sample> {
  const { pid, port, token } = subject.server;
  const sources = createPushSources((length) => requestHead(token, length), kind);
  const before = readProcessFigures(pid);
  const startedMs = performance.now();
  const result = await load({
    port,
    connections,
    warmUpMs,
    durationMs: seconds * 1000,
    createSource: () => sources.create(),
  });
  const elapsedSeconds = (performance.now() - startedMs) / 1000;
  const cpuMs = (readProcessFigures(pid).cpuMs ?? NaN) - (before.cpuMs ?? NaN);
  return {
    ...result,
    // Both sides include the warm-up.
    cpuMicroseconds: (cpuMs * 1000) / (result.requestsPerSecond * elapsedSeconds),
    drain: subject.lands ? await drain(port) : undefined,
  };
}

function summarise(samples: readonly Sample[]): Measurement {
  const of = (pick: (taken: Sample) => number): number => median(samples.map(pick));
  return {
    requestsPerSecond: of((taken) => taken.requestsPerSecond),
    p50Ms: of((taken) => taken.p50Ms),
    p99Ms: of((taken) => taken.p99Ms),
    cpuMicroseconds: of((taken) => taken.cpuMicroseconds),
    failures: samples.reduce((sum, taken) => sum + taken.failures, 0),
    drain: samples.every((taken) => taken.drain === undefined)
      ? undefined
      : {
          backlog: of((taken) => taken.drain?.backlog ?? 0),
          seconds: of((taken) => taken.drain?.seconds ?? 0),
        },
  };
}
