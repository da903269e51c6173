import type { Condition, Measurement } from './measure.ts';
import type { LoadKind } from './push-source.ts';
import { atLeast, under, type Check } from './section.ts';

/** Returns the measurement of a subject under a condition. */
export type MeasurementOf = (name: string, condition: Condition) => Measurement;

const receive = ['receive', 'calls'] as const;
const all = ['all', 'calls'] as const;
const naive = ['naive', 'calls'] as const;
const bare = ['bare', 'calls'] as const;

/** The targets on SQLite. */
export function checkSqliteRates(measurementOf: MeasurementOf): Check[] {
  const { rate, p99 } = comparing(measurementOf);
  return [
    lifecycles(measurementOf, 'must', 3),
    atLeast('goal', rate(receive, naive, 100), 5, 'times naive at 100 connections'),
    atLeast('goal', rate(receive, naive, 10), 3.5, 'times naive at 10 connections'),
    atLeast('goal', rate(receive, bare, 100), 0.9, 'times bare Express at 100'),
    atLeast('goal', rate(all, bare, 100), 0.6, 'times bare Express at 100, ROLE=all'),
    under('goal', p99(receive, naive, 100), 0.35, "of naive's p99 at 100 connections"),
    under('goal', p99(receive, naive, 10), 0.6, "of naive's p99 at 10 connections"),
    oldTimes(measurementOf),
  ];
}

/** The targets on PostgreSQL. The server groups the naive receiver's commits too, so the kit gains less. */
export function checkPostgresRates(measurementOf: MeasurementOf): Check[] {
  const { rate } = comparing(measurementOf);
  return [
    lifecycles(measurementOf, 'goal', 1.5),
    atLeast('goal', rate(receive, bare, 100), 0.5, 'times bare Express at 100'),
    oldTimes(measurementOf),
  ];
}

function lifecycles(measurementOf: MeasurementOf, kind: Check['kind'], least: number): Check {
  const ratio = comparing(measurementOf).rate(['receive', 'lifecycle'], ['naive', 'lifecycle'], 100);
  return atLeast(kind, ratio, least, 'times the naive receiver at 100 connections, lifecycles');
}

function oldTimes(measurementOf: MeasurementOf): Check {
  const ratio = comparing(measurementOf).rate(['receive', 'old'], receive, 100);
  return atLeast('goal', ratio, 0.85, 'times its own rate when times are a month old');
}

/** A subject under a load. */
type Run = readonly [name: string, load: LoadKind];
type Compare = (run: Run, other: Run, connections: number) => number;

/** Divides a figure of one run by the same figure of another. */
function comparing(measurementOf: MeasurementOf): { rate: Compare; p99: Compare } {
  const compare =
    (figure: 'requestsPerSecond' | 'p99Ms'): Compare =>
    ([name, load], [other, otherLoad], connections) =>
      measurementOf(name, { load, connections })[figure] /
      measurementOf(other, { load: otherLoad, connections })[figure];
  return { rate: compare('requestsPerSecond'), p99: compare('p99Ms') };
}
