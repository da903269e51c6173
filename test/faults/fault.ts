import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createRandom, type Random } from '../../src/cli/simulate/random.ts';
import type { Stage } from '../../src/domain/stage.ts';
import type { Database } from '../../src/domain/database.ts';
import { openDatabase } from '../../src/store/database.ts';
import {
  readFirstStart,
  receiverCommand,
  startProcess,
  takeToken,
  type ReceiverProcess,
} from '../fixtures/receiver-process.ts';
import type { FreshDatabase } from '../fixtures/engines.ts';
import type { Crm } from './crm.ts';
import { faultHeader } from './traffic.ts';
import {
  createLedger,
  missingAtDestination,
  type LandedCall,
  type Ledger,
  type StoredRow,
} from './ledger.ts';

/** The receiver's own main, and the one of the faults: compiled where that was done, from their sources otherwise. */
const build = process.env.FAULT_BUILD;
const faultMain = new URL('receiver-main.ts', import.meta.url).pathname;
export const kitCommand = build === undefined ? receiverCommand : [process.execPath, `${build}/src/main.js`];
const clientMain = new URL('../../src/cli/client.ts', import.meta.url).pathname;
export const clientCommand =
  build === undefined
    ? [...receiverCommand.slice(0, -1), clientMain]
    : [process.execPath, `${build}/src/cli/client.js`];
const faultCommand =
  build === undefined
    ? [...receiverCommand.slice(0, -1), faultMain]
    : [process.execPath, `${build}/test/faults/receiver-main.js`];

/** Where a fault is staged: a folder of its own, the processes in it, and the account of what came of it. */
export interface Scene {
  readonly folder: string;
  readonly random: Random;
  readonly ledger: Ledger;
  /** Where store and reporting table are, when they are on a server. */
  readonly databaseUrl: string;
  /** Puts store and reporting table into this database. */
  use(url: string): void;
  /** Notes what was done, for the report. */
  readonly did: (what: string) => void;
  /** Starts a receiver with the settings of the scene, and these over them; from the kit's own main if so. */
  start(settings?: Readonly<Record<string, string>>, main?: 'kit'): Started;
  /** Frees what a fault opened, at its end. */
  finally(free: () => unknown): void;
  /** A token of the first client, whose making the first start showed. */
  token(url: string): Promise<string>;
  readStored(): Promise<StoredRow[]>;
  readReporting(): Promise<LandedCall[]>;
  /** What did not land, and why, in words. */
  readUnsettled(): Promise<string>;
  /**
   * Waits until the account balances: all that was answered 2xx is stored, all that is stored landed once, with all
   * that it holds. Fails with what is missing when it does not in this time.
   */
  balance(options?: BalanceOptions): Promise<void>;
}

export type Started = ReceiverProcess & { readonly startedMs: number };

export interface BalanceOptions {
  readonly withinMs?: number;
  /** Where to look beside the reporting table. */
  readonly crm?: Crm;
  /** The reporting table is not looked at. */
  readonly withoutReporting?: boolean;
  /** Stored calls that must not have landed. */
  readonly except?: (callId: string) => boolean;
}

export interface FaultOptions {
  /** Over the defaults: SQLite, all files in the folder of the scene. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A database of its own for store and reporting table. */
  readonly database?: () => Promise<FreshDatabase>;
  readonly timeoutMs?: number;
  /** Why it cannot be staged here. It is then skipped, with this in its name. */
  readonly cannot?: string | false | undefined;
}

const reportingStages: readonly Stage[] = ['call_start', 'call_answered', 'call_end'];

/** One fault. It prints what was done and the balance; on failure the seed with which to repeat it. */
export function fault(
  title: string,
  run: (scene: Scene) => Promise<void>,
  { settings, database, timeoutMs = 300_000, cannot }: FaultOptions = {},
): void {
  if (typeof cannot === 'string') {
    it.skip(`${title} (skipped: ${cannot})`, () => undefined);
    console.info(`fault ${title}: skipped, ${cannot}`);
    return;
  }
  it(title, { timeout: timeoutMs }, async () => {
    const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 1e9));
    const folder = await mkdtemp(join(tmpdir(), 'jet-fault-'));
    const fresh = await database?.();
    const urls = fresh === undefined ? {} : { DATABASE_URL: fresh.url, REPORTING_DATABASE_URL: fresh.url };
    const stage = openScene(folder, createRandom(seed), { ...urls, ...settings });
    const startedMs = performance.now();
    try {
      await run(stage.scene);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      console.info(`fault ${title} (${seconds} s, seed ${seed})\n${stage.report()}`);
    } catch (error) {
      await stage.scene.readUnsettled().then(stage.scene.did, () => undefined);
      const log = stage.output().split('\n').slice(-30).join('\n');
      const why = error instanceof Error ? error.message : String(error);
      console.error(
        `fault ${title} FAILED; FAULT_SEED=${seed} repeats it\n${stage.report()}\n${log}\n${why}`,
      );
      throw error;
    } finally {
      await stage.close();
      await fresh?.drop();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

interface Staged {
  readonly scene: Scene;
  report(): string;
  output(): string;
  close(): Promise<void>;
}

function openScene(folder: string, random: Random, own: Readonly<Record<string, string>>): Staged {
  const ledger = createLedger();
  const done: string[] = [];
  const started: ReceiverProcess[] = [];
  const frees: (() => unknown)[] = [];
  let lastBalance = '';
  let storeUrl = own['DATABASE_URL'] ?? `sqlite:${join(folder, 'data/jet.sqlite')}`;
  let reportingUrl = own['REPORTING_DATABASE_URL'] ?? `sqlite:${join(folder, 'data/reporting.sqlite')}`;
  const scene: Scene = {
    folder,
    random,
    ledger,
    get databaseUrl() {
      return storeUrl;
    },
    use(url) {
      storeUrl = url;
      reportingUrl = url;
    },
    did: (what) => void done.push(what),
    start(settings = {}, main) {
      const command = main === 'kit' ? kitCommand : faultCommand;
      const all = {
        WEBHOOK_HEADER_NAME: faultHeader.name,
        WEBHOOK_HEADER_VALUE: faultHeader.value,
        LOG_LEVEL: 'info',
        DATABASE_URL: storeUrl,
        REPORTING_DATABASE_URL: reportingUrl,
        ...own,
        ...settings,
      };
      const receiver = startProcess(folder, all, command);
      started.push(receiver);
      return { ...receiver, startedMs: performance.now() };
    },
    finally: (free) => void frees.unshift(free),
    token: async (url) => (await takeToken(url, await readFirstStart(folder))).token,
    readStored: () => readStored(storeUrl),
    readReporting: () => readReporting(reportingUrl),
    readUnsettled: () => readUnsettled(storeUrl),
    async balance({ withinMs = 60_000, crm, withoutReporting = false, except = () => false } = {}) {
      const endMs = performance.now() + withinMs;
      for (;;) {
        const stored = await scene.readStored();
        const reporting = withoutReporting ? [] : await scene.readReporting();
        const owed = stored.filter(({ callId }) => !except(callId));
        const atCrm = crm?.landed(stored.map(({ callId }) => callId)) ?? [];
        const differences = [
          ...ledger.missingFrom(stored),
          ...(withoutReporting ? [] : missingAtDestination(stored, reporting, reportingStages)),
          ...(crm === undefined ? [] : missingAtDestination(owed, atCrm, ['call_end'])),
          ...(crm?.showsOld() ?? []).map((key) => `an older state stands over a newer one: ${key}`),
        ];
        lastBalance = ledger.balance(stored, withoutReporting ? atCrm : reporting);
        if (crm !== undefined && !withoutReporting) lastBalance += ` · at the CRM ${atCrm.length}`;
        if (differences.length === 0) return;
        if (performance.now() > endMs) {
          expect(differences.slice(0, 10), `${differences.length} differences`).toEqual([]);
        }
        await sleep(200);
      }
    },
  };
  return {
    scene,
    report: () => [...done, lastBalance].map((line) => `  ${line}`).join('\n'),
    output: () => started.map((receiver) => receiver.output()).join('\n'),
    async close() {
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ exited }) => exited));
      for (const free of frees) await free();
    },
  };
}

/** Reads a database from outside of the process under test. A server that is busy is asked again, for a minute. */
export async function reading<Result>(
  url: string,
  read: (database: Database) => Promise<Result>,
): Promise<Result> {
  const endMs = performance.now() + 60_000;
  for (;;) {
    const database = openDatabase(url, 'read');
    try {
      return await read(database);
    } catch (error) {
      if (!database.isAway(error) || performance.now() > endMs) throw error;
      await sleep(500);
    } finally {
      await database.close();
    }
  }
}

function readStored(url: string): Promise<StoredRow[]> {
  return reading(url, async ({ knex }) => {
    const rows = await knex('pushes').select<{ call_id: string; stage: string }[]>('call_id', 'stage');
    return rows.map(({ call_id: callId, stage }) => ({ callId, stage }));
  });
}

function readReporting(url: string): Promise<LandedCall[]> {
  return reading(url, async ({ knex }) => {
    // Made by the first worker that takes hold of it.
    if (!(await knex.schema.hasTable('jet_calls'))) return [];
    const rows = await knex('jet_calls').select<Record<string, unknown>[]>(
      'call_id',
      'service_name',
      'queue_name',
      'duration_seconds',
    );
    return rows.map((row) => {
      const shown = [
        ['call_start', row['service_name']],
        ['call_answered', row['queue_name']],
        ['call_end', row['duration_seconds']],
      ] as const;
      const stages = shown.filter(([, value]) => value !== null).map(([stage]) => stage);
      return { callId: String(row['call_id']), times: 1, stages: new Set(stages) };
    });
  });
}

function readUnsettled(url: string): Promise<string> {
  return reading(url, async ({ knex }) => {
    const unsettled: unknown[] = await knex('deliveries')
      .whereNot('state', 'delivered')
      .limit(5)
      .select('destination', 'call_id', 'state', 'code', 'attempts', 'due_at');
    const destinations: unknown[] = await knex('destinations').select('*');
    return JSON.stringify({ unsettled, destinations });
  });
}
