import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Clock } from '../domain/clock.ts';
import type { Stage } from '../domain/stage.ts';

/** How much waits to be landed at one destination. */
export interface Backlog {
  readonly destination: string;
  readonly deliveries: number;
  /** How long the oldest has been due. */
  readonly ageMs: number;
  readonly paused: boolean;
}

export interface Metrics {
  pushStored(stage: Stage, duplicate: boolean): void;
  requestRefused(code: string): void;
  committed(size: number, durationMs: number): void;
  requestAnswered(route: string, status: number, durationMs: number): void;
  deliverySettled(destination: string, outcome: string, count: number): void;
  /** Prometheus text, and its content type. */
  render(): Promise<{ contentType: string; text: string }>;
}

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The receiver's figures.
 *
 * @param readBacklog asked at each scrape; a failing one leaves its figures out
 */
export function createMetrics(clock: Clock, readBacklog: () => Promise<readonly Backlog[]>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const pushes = new Counter({
    name: 'jet_pushes_total',
    help: 'Pushes that were answered 200, by stage and result (stored, duplicate).',
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
    help: 'Seconds since this process took a push; NaN before the first.',
    registers,
    collect() {
      this.set(lastPushMs === undefined ? NaN : (clock() - lastPushMs) / 1000);
    },
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
  return {
    pushStored(stage, duplicate) {
      lastPushMs = clock();
      pushes.inc({ stage, result: duplicate ? 'duplicate' : 'stored' });
    },
    requestRefused: (code) => refused.inc({ code }),
    committed(size, durationMs) {
      commitSeconds.observe(durationMs / 1000);
      commitSize.observe(size);
    },
    requestAnswered: (route, status, durationMs) =>
      requestSeconds.observe({ route, status }, durationMs / 1000),
    deliverySettled: (destination, outcome, count) => deliveries.inc({ destination, outcome }, count),
    async render() {
      const backlogs = await readBacklog().catch(() => []);
      for (const { destination, ...backlog } of backlogs) {
        gauges.deliveries.set({ destination }, backlog.deliveries);
        gauges.age.set({ destination }, backlog.ageMs / 1000);
        gauges.paused.set({ destination }, backlog.paused ? 1 : 0);
      }
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
