import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Clock } from '../domain/clock.ts';
import type { PushWarning } from '../domain/push.ts';
import type { Stage } from '../domain/stage.ts';
import type { DestinationBacklog } from '../store/backlog.ts';

export interface Metrics {
  /** Counts warnings. Returns each code once. */
  pushWarned(warnings: readonly PushWarning[]): readonly string[];
  /** Counts a body that was refused and kept. The stage is known when the path gives it. */
  pushRefused(pathStage: Stage | undefined): void;
  pushStored(stage: Stage, duplicate: boolean): void;
  /** Counts a push that was put into the quarantine because its call was removed or is full. */
  pushSetAside(stage: Stage): void;
  /** Counts rows that were removed after their retention, by kind. */
  trimmed(kind: string, count: number): void;
  requestRefused(code: string): void;
  committed(size: number, durationMs: number): void;
  requestAnswered(route: string, status: number, durationMs: number): void;
  deliverySettled(destination: string, outcome: string, count: number): void;
  /** Sets a figure that an adapter reports for its destination. */
  destinationFigure(destination: string, figure: string, value: number): void;
  /** The last value of a figure in this process. Undefined when the adapter has shown none. */
  readDestinationFigure(destination: string, figure: string): number | undefined;
  /** The metrics as Prometheus text, with its content type. */
  render(): Promise<{ contentType: string; text: string }>;
}

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The receiver's metrics.
 *
 * @param readBacklog called at each scrape; when it fails, its metrics are missing
 * @param readLastPushMs when any process last stored a push; called at each scrape
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
    help: 'Pushes by stage and result: stored, duplicate, or kept in the quarantine (refused, set_aside).',
    labelNames: ['stage', 'result'],
    registers,
  });
  const refused = new Counter({
    name: 'jet_requests_refused_total',
    help: 'Requests that were turned away, by the code of the problem or of the OAuth error.',
    labelNames: ['code'],
    registers,
  });
  let lastPushMs: number | undefined;
  new Gauge({
    name: 'jet_seconds_since_last_push',
    help: 'Seconds since any process last stored a push. NaN before the first push.',
    registers,
    collect() {
      this.set(lastPushMs === undefined ? NaN : (clock() - lastPushMs) / 1000);
    },
  });
  const warnings = new Counter({
    name: 'jet_push_warnings_total',
    help: 'Warnings about stored pushes, by code.',
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
    help: 'How many pushes were stored in one commit.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'jet_request_duration_seconds',
    help: 'How long it took to answer requests, by route and status.',
    labelNames: ['route', 'status'],
    buckets: durationBuckets,
    registers,
  });
  const deliveries = new Counter({
    name: 'jet_deliveries_total',
    help: 'Delivery attempts, by destination and outcome.',
    labelNames: ['destination', 'outcome'],
    registers,
  });
  const trimmed = new Counter({
    name: 'jet_trimmed_total',
    help: 'Rows that this process removed because they were past RETENTION_DAYS or expired, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const available = new Gauge({
    name: 'jet_store_available',
    help: '1 when the store can take a push, 0 when it cannot and pushes are answered 503.',
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
    help: 'Deliveries that are not tried again (rejected, exhausted) until they are replayed.',
    labelNames: ['destination', 'state'],
    registers,
  });
  const figures = new Gauge({
    name: 'jet_destination_figure',
    help: 'Figures that an adapter reports for its destination. The unit is at the end of the figure name.',
    labelNames: ['destination', 'figure'],
    registers,
  });
  const readStore = async (): Promise<readonly DestinationBacklog[]> => {
    lastPushMs = await readLastPushMs();
    available.set(1);
    return readBacklog();
  };
  const lastFigures = new Map<string, number>();
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
    destinationFigure(destination, figure, value) {
      figures.set({ destination, figure }, value);
      lastFigures.set(`${destination} ${figure}`, value);
    },
    readDestinationFigure: (destination, figure) => lastFigures.get(`${destination} ${figure}`),
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
