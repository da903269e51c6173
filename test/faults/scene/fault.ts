import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';
import { createRandom } from '../../../src/simulate/traffic/random.ts';
import type { FreshDatabase } from '../../fixtures/engines.ts';
import { openScene, type Scene } from './scene.ts';
import type { TableRow } from './table.ts';

export interface FaultOptions {
  /** Settings that override the defaults (SQLite, all files in the folder of the scene). */
  readonly settings?: Readonly<Record<string, string>>;
  /** Creates a database for store and reporting table. */
  readonly database?: () => Promise<FreshDatabase>;
  readonly timeoutMs?: number;
  /** Why the fault cannot be staged here. It is then skipped with this reason in its title. */
  readonly cannot?: string | false | undefined;
}

/** Shortens and shrinks the loads, to try a fault on a busy machine. */
export const isQuick = (process.env.FAULT_QUICK ?? '') !== '';

/** Runs one fault. Prints its report and the balance, and on failure the seed that repeats it. */
export function fault(
  title: string,
  run: (scene: Scene) => Promise<void>,
  { settings, database, timeoutMs = 300_000, cannot }: FaultOptions = {},
): void {
  if (typeof cannot === 'string') {
    it.skip(`${title} (skipped: ${cannot})`, () => undefined);
    note({ fault: title, verdict: 'skipped', did: [cannot], balance: '', seconds: 0, seed: 0 });
    console.info(`fault ${title}: skipped, ${cannot}`);
    return;
  }
  it(title, { timeout: timeoutMs + 60_000 }, async () => {
    const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 1e9));
    const folder = await mkdtemp(join(tmpdir(), 'jet-fault-'));
    const fresh = await database?.();
    const urls = fresh === undefined ? {} : { DATABASE_URL: fresh.url, REPORTING_DATABASE_URL: fresh.url };
    const { scene, done, ...staged } = openScene(folder, createRandom(seed), { ...urls, ...settings });
    const startedMs = performance.now();
    const report = (): string => [...done, staged.balance()].map((line) => `  ${line}`).join('\n');
    const printVerdict = (verdict: TableRow['verdict']): void => {
      const seconds = Math.round(performance.now() - startedMs) / 1000;
      note({ fault: title, verdict, did: done, balance: staged.balance(), seconds, seed });
    };
    const limit = new AbortController();
    try {
      // A fault that hangs also prints its report.
      await Promise.race([run(scene), endsAfter(timeoutMs, limit.signal)]);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      printVerdict('passed');
      console.info(`fault ${title} (${seconds} s, seed ${seed})\n${report()}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      scene.did(why.split('\n')[0] ?? '');
      await staged.unsettled().then(scene.did, () => undefined);
      printVerdict('FAILED');
      const log = staged.output().split('\n').slice(-30).join('\n');
      console.error(`fault ${title} FAILED; FAULT_SEED=${seed} repeats it\n${report()}\n${log}\n${why}`);
      throw error;
    } finally {
      limit.abort();
      await staged.close();
      await fresh?.drop();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function endsAfter(timeoutMs: number, signal: AbortSignal): Promise<never> {
  await sleep(timeoutMs, undefined, { signal });
  throw new Error(`The fault did not end within ${timeoutMs / 1000} s`);
}

/** Adds a row to the table at the end, which one process prints for all faults. */
function note(row: TableRow): void {
  const { FAULT_ROWS: path } = process.env;
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(row)}\n`);
}
