import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { reportingTable } from '../../src/reporting/reporting-column.ts';
import { stageRank, type Stage } from '../../src/domain/stage.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { quantile } from './load.ts';
import type { BenchOptions } from './options.ts';
import { sendPaced, type AnsweredPush } from './paced-load.ts';
import { noFailures, under, type Section } from './section.ts';
import { sqlitePlace, startKit } from './servers.ts';

const warmUpMs = 3_000;
const durationMs = 10_000;
const pollMs = 2;
const landsWithinMs = 10_000;

/**
 * Measures the time from sending a push until its values appear in the reporting table. The limits come from people's
 * needs: a sender times out after seconds, and a person who looks up a caller needs the row within a second.
 * The goal for the row is stricter, and shows when landing becomes slower.
 */
export async function measureLatency(
  folder: string,
  { perSecond }: BenchOptions,
  progress: (line: string) => void,
): Promise<Section> {
  const place = sqlitePlace(join(folder, 'latency'));
  const server = await startKit(place, 'all');
  await sendPaced(server, perSecond, warmUpMs, () => undefined);
  progress(`${perSecond} pushes a second for ${durationMs / 1000} s`);
  const watch = watchRows(place.reportingUrl);
  const answerMs: number[] = [];
  const failures = await sendPaced(server, perSecond, durationMs, (push) => {
    answerMs.push(push.answeredAtMs - push.sentAtMs);
    watch.await(push);
  });
  const { landedMs, missing } = await watch.end();
  await server.stop();
  for (const valuesMs of [answerMs, landedMs]) valuesMs.sort((a, b) => a - b);
  const figures = (valuesMs: readonly number[]): string => {
    const [p50, p99, most] = [0.5, 0.99, 1].map((share) => quantile(valuesMs, share).toFixed(1));
    return `p50 ${p50} ms, p99 ${p99} ms, at most ${most} ms`;
  };
  return {
    title: `From push to row, at ${perSecond} pushes a second, on SQLite`,
    lines: [
      `Until the answer: ${figures(answerMs)}`,
      `Until the row is visible: ${figures(landedMs)} (${landedMs.length} pushes, checked every ${pollMs} ms)`,
    ],
    checks: [
      under('must', quantile(answerMs, 0.99), 250, 'ms until the answer, p99'),
      under('must', quantile(landedMs, 0.99), 1_000, 'ms until the row is visible, p99'),
      under('goal', quantile(landedMs, 0.99), 250, 'ms until the row is visible, p99'),
      { kind: 'must', ok: missing === 0, text: `${missing} pushes missing from the table` },
      noFailures(failures),
    ],
  };
}

interface Watch {
  await(push: AnsweredPush): void;
  /** Waits for the pushes that must still land. */
  end(): Promise<{ landedMs: number[]; missing: number }>;
}

/** Polls for rows. A call's row that has reached a push's stage holds the values of the push. */
function watchRows(url: string): Watch {
  const database = openDatabase(url, 'read');
  const seen = new Map<string, { stage: Stage; atMs: number }[]>();
  const awaited: AnsweredPush[] = [];
  let stopped = false;
  const look = async (): Promise<void> => {
    let since = '';
    while (!stopped) {
      const rows = await database
        .knex(reportingTable)
        .where('updated_at_utc', '>=', since)
        .orderBy('updated_at_utc')
        .select<{ call_id: string; stage: Stage; updated_at_utc: string }[]>(
          'call_id',
          'stage',
          'updated_at_utc',
        );
      const atMs = performance.now();
      for (const { call_id: callId, stage, updated_at_utc: updatedAt } of rows) {
        const stages = seen.get(callId) ?? [];
        if (stages.at(-1)?.stage !== stage) seen.set(callId, [...stages, { stage, atMs }]);
        since = updatedAt;
      }
      await sleep(pollMs);
    }
  };
  const looking = look();
  const landedAtMs = ({ callId, stage }: AnsweredPush): number | undefined =>
    seen.get(callId)?.find((row) => stageRank(row.stage) >= stageRank(stage))?.atMs;
  return {
    await: (push) => void awaited.push(push),
    async end() {
      const untilMs = performance.now() + landsWithinMs;
      while (performance.now() < untilMs && awaited.some((push) => landedAtMs(push) === undefined))
        await sleep(50);
      stopped = true;
      await looking;
      await database.close();
      const landedMs = awaited.flatMap((push) => {
        const atMs = landedAtMs(push);
        return atMs === undefined ? [] : [atMs - push.sentAtMs];
      });
      return { landedMs, missing: awaited.length - landedMs.length };
    },
  };
}
