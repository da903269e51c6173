import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Clock } from '../domain/clock.ts';
import type { PushWarning } from '../domain/push.ts';
import type { Stage } from '../domain/stage.ts';
import type { DestinationBacklog } from '../store/backlog.ts';

export interface Metrics {
  /** Counts what was not as expected, and answers the codes, each once. */
  pushWarned(warnings: readonly PushWarning[]): readonly string[];
  /** A body that was refused and kept; its stage is known when the path gives it. */
  pushRefused(pathStage: Stage | undefined): void;
  pushStored(stage: Stage, duplicate: boolean): void;
  /** A push of a call that was removed, or is full: kept in the quarantine. */
  pushSetAside(stage: Stage): void;
  /** Rows that were past their time, by what they were. */
  trimmed(kind: string, count: number): void;
  requestRefused(code: string): void;
  committed(size: number, durationMs: number): void;
  requestAnswered(route: string, status: number, durationMs: number): void;
  deliverySettled(destination: string, outcome: string, count: number): void;
  /** A figure that an adapter shows of its destination. */
  destinationFigure(destination: string, figure: string, value: number): void;
  /** Prometheus text, and its content type. */
  render(): Promise<{ contentType: string; text: string }>;
}

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The receiver's figures.
 *
 * @param readBacklog asked at each scrape; a failing one leaves its figures out
 * @param readLastPushMs when any process last stored a push; asked at each scrape
 */
export function createMetrics(
  clock: Clock,
  readBacklog: () => Promise<readonly DestinationBacklog[]>,
  readLastPushMs: () => Promise<number | undefined>,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const pushes = new Counter({
    name: 'jet_pushes_total',
    help: 'Pushes by stage and result (stored, duplicate; refused, set_aside: kept in the quarantine).',
    labelNames: ['stage', 'result'],
    registers,
  });
  const refused = new Counter({
    name: 'jet_requests_refused_total',
    help: 'Requests that were answered with a problem, by its code.',
    labelNames: ['code'],
    registers,
  });
  let lastPushMs: number | undefined;
  new Gauge({
    name: 'jet_seconds_since_last_push',
    help: 'Seconds since the last push was stored, by any process; NaN before the first.',
    registers,
    collect() {
      this.set(lastPushMs === undefined ? NaN : (clock() - lastPushMs) / 1000);
    },
  });
  const warnings = new Counter({
    name: 'jet_push_warnings_total',
    help: 'Things about stored pushes that were not as expected, by code.',
    labelNames: ['code'],
    registers,
  });
  const commitSeconds = new Histogram({
    name: 'jet_commit_duration_seconds',
    help: 'How long a commit of pushes took.',
    buckets: durationBuckets,
    registers,
  });
  const commitSize = new Histogram({
    name: 'jet_commit_pushes',
    help: 'How many pushes shared a commit.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'jet_request_duration_seconds',
    help: 'How long requests took to answer, by route and status.',
    labelNames: ['route', 'status'],
    buckets: durationBuckets,
    registers,
  });
  const deliveries = new Counter({
    name: 'jet_deliveries_total',
    help: 'Attempts at deliveries, by destination and outcome.',
    labelNames: ['destination', 'outcome'],
    registers,
  });
  const trimmed = new Counter({
    name: 'jet_trimmed_total',
    help: 'What this process removed because it was past its time (RETENTION_DAYS, or its own end), by kind.',
    labelNames: ['kind'],
    registers,
  });
  const available = new Gauge({
    name: 'jet_store_available',
    help: '1 when the store would take a push, 0 when it would not: pushes are then answered 503.',
    registers,
  });
  const gauges = {
    deliveries: new Gauge({
      name: 'jet_backlog_deliveries',
      help: 'Deliveries that are due.',
      labelNames: ['destination'],
      registers,
    }),
    age: new Gauge({
      name: 'jet_backlog_age_seconds',
      help: 'How long the oldest due delivery has been due.',
      labelNames: ['destination'],
      registers,
    }),
    paused: new Gauge({
      name: 'jet_destination_paused',
      help: '1 while a destination is paused.',
      labelNames: ['destination'],
      registers,
    }),
  };
  const resting = new Gauge({
    name: 'jet_deliveries_resting',
    help: 'Deliveries that are not tried any more (rejected, exhausted), until their cause is mended and they are replayed.',
    labelNames: ['destination', 'state'],
    registers,
  });
  const figures = new Gauge({
    name: 'jet_destination_figure',
    help: 'What an adapter tells of its destination, by the name of the figure; its unit is at the end of the name.',
    labelNames: ['destination', 'figure'],
    registers,
  });
  const readStore = async (): Promise<readonly DestinationBacklog[]> => {
    lastPushMs = await readLastPushMs();
    available.set(1);
    return readBacklog();
  };
  return {
    pushStored(stage, duplicate) {
      pushes.inc({ stage, result: duplicate ? 'duplicate' : 'stored' });
    },
    pushRefused: (pathStage) => pushes.inc({ stage: pathStage ?? 'unknown', result: 'refused' }),
    pushSetAside: (stage) => pushes.inc({ stage, result: 'set_aside' }),
    trimmed: (kind, count) => trimmed.inc({ kind }, count),
    pushWarned(found) {
      for (const { code } of found) warnings.inc({ code });
      return [...new Set(found.map(({ code }) => code))];
    },
    requestRefused: (code) => refused.inc({ code }),
    committed(size, durationMs) {
      commitSeconds.observe(durationMs / 1000);
      commitSize.observe(size);
    },
    requestAnswered: (route, status, durationMs) =>
      requestSeconds.observe({ route, status }, durationMs / 1000),
    deliverySettled: (destination, outcome, count) => deliveries.inc({ destination, outcome }, count),
    destinationFigure: (destination, figure, value) => figures.set({ destination, figure }, value),
    async render() {
      available.set(0);
      for (const gauge of [...Object.values(gauges), resting]) gauge.reset();
      const backlogs = await readStore().catch(() => []);
      for (const { destination, ...backlog } of backlogs) {
        gauges.deliveries.set({ destination }, backlog.deliveries);
        gauges.age.set({ destination }, backlog.ageMs / 1000);
        gauges.paused.set({ destination }, backlog.paused ? 1 : 0);
        for (const state of ['rejected', 'exhausted'] as const)
          resting.set({ destination, state }, backlog.resting[state]);
      }
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
