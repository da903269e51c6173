import { connect, type Socket } from 'node:net';
import type { PushSource } from './push-source.ts';

/** The results of one load on a server. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requests: number;
  /** Answers other than 2xx and broken connections, including the warm-up. */
  readonly failures: number;
}

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  /** The time before counting begins. */
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly createSource: () => PushSource;
}

const answerWithinMs = 5_000;

/**
 * Sends pushes on keep-alive connections, with one in flight on each. It must be cheap, because it shares the
 * processors with the measured server.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const run = { failures: 0, stopped: false };
  const startsAtMs = performance.now() + options.warmUpMs;
  const endsAtMs = startsAtMs + options.durationMs;
  const onAnswer = (status: number, sentAtMs: number): void => {
    const nowMs = performance.now();
    if (status < 200 || status > 299) run.failures += 1;
    else if (nowMs >= startsAtMs && nowMs < endsAtMs) latenciesMs.push(nowMs - sentAtMs);
    run.stopped ||= nowMs >= endsAtMs;
  };
  await Promise.all(
    Array.from({ length: options.connections }, () =>
      sendUntilStopped(options.port, options.createSource(), run, onAnswer),
    ),
  );
  latenciesMs.sort((a, b) => a - b);
  return {
    requestsPerSecond: latenciesMs.length / (options.durationMs / 1000),
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    requests: latenciesMs.length,
    failures: run.failures,
  };
}

function sendUntilStopped(
  port: number,
  source: PushSource,
  run: { failures: number; stopped: boolean },
  onAnswer: (status: number, sentAtMs: number) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let sentAtMs = 0;
    let received = '';
    const send = (): void => {
      sentAtMs = performance.now();
      socket.write(source.next());
    };
    // A server that does not answer is abandoned.
    socket.setTimeout(answerWithinMs, () => socket.destroy());
    socket.on('connect', send);
    socket.on('data', (chunk) => {
      received = received === '' ? chunk.toString('latin1') : received + chunk.toString('latin1');
      const status = statusOfWhole(received);
      if (status === undefined) return;
      received = '';
      onAnswer(status, sentAtMs);
      if (run.stopped) socket.end();
      else send();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!run.stopped) run.failures += 1;
      resolve();
    });
  });
}

/** The status of a complete answer. */
export function statusOfWhole(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const at = text.indexOf('Content-Length: ');
  const bodyLength = at === -1 || at > headEnd ? 0 : Number.parseInt(text.slice(at + 16, at + 24), 10);
  return text.length < headEnd + 4 + bodyLength ? undefined : Number(text.slice(9, 12));
}

/** The value below which this share of the sorted values lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
