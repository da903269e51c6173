import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Random } from '../../src/simulate/traffic/random.ts';
import type { Stage } from '../../src/domain/stage.ts';
import { builtCommand } from '../fixtures/built-command.ts';
import {
  readFirstStart,
  receiverCommand,
  startProcess,
  takeToken,
  type ReceiverProcess,
} from '../fixtures/receiver-process.ts';
import {
  createLedger,
  missingAtDestination,
  type Destination,
  type LandedCall,
  type Ledger,
} from './ledger.ts';
import { readDue, readReporting, readStored, readUnsettled } from './outside.ts';
import { faultHeader } from './traffic.ts';

// The test adapters' processes run from their sources where the fault suite did not compile them.
const build = process.env.FAULT_BUILD;
const commandOf = (source: string, compiled: string): readonly string[] =>
  build === undefined
    ? [
        ...[process.execPath, '--conditions=source', '--import', import.meta.resolve('tsx')],
        new URL(source, import.meta.url).pathname,
      ]
    : [process.execPath, join(build, compiled)];
export const kitCommand: readonly string[] = receiverCommand;
export const clientCommand: readonly string[] = builtCommand('client');
export const migrateCommand = commandOf('migrate-main.ts', 'test/faults/migrate-main.js');
const faultCommand = commandOf('receiver-main.ts', 'test/faults/receiver-main.js');

/** Where a fault is staged: a folder of its own, the processes in it, and the account of what came of it. */
export interface Scene {
  readonly folder: string;
  readonly random: Random;
  readonly ledger: Ledger;
  /** Where store and reporting table are, when they are on a server. */
  readonly databaseUrl: string;
  readonly reportingUrl: string;
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
  readonly at?: readonly Destination[];
  /** The reporting table is not looked at. */
  readonly withoutReporting?: boolean;
  /** Stored calls that must not have landed at these destinations. */
  readonly except?: (callId: string) => boolean;
}

export interface Staged {
  readonly scene: Scene;
  /** What was done, and the last balance. */
  readonly done: readonly string[];
  balance(): string;
  output(): string;
  unsettled(): Promise<string>;
  close(): Promise<void>;
}

const stages: readonly Stage[] = ['call_start', 'call_answered', 'call_end'];

export function openScene(folder: string, random: Random, own: Readonly<Record<string, string>>): Staged {
  const ledger = createLedger();
  const done: string[] = [];
  const started: ReceiverProcess[] = [];
  const frees: (() => unknown)[] = [];
  let lastBalance = 'no push was sent';
  let storeUrl = own['DATABASE_URL'] ?? `sqlite:${join(folder, 'data/jet.sqlite')}`;
  let reportingUrl = own['REPORTING_DATABASE_URL'] ?? `sqlite:${join(folder, 'data/reporting.sqlite')}`;

  /** What is not as it must be now. */
  const differences = async ({ at = [], ...options }: BalanceOptions): Promise<string[]> => {
    const { withoutReporting = false, except = () => false } = options;
    const stored = await readStored(storeUrl);
    const owed = stored.filter(({ callId }) => !except(callId));
    const landed: Record<string, LandedCall[]> = {};
    const found = ledger.missingFrom(stored);
    if (!withoutReporting) {
      landed['reporting'] = await readReporting(reportingUrl);
      found.push(
        ...missingAtDestination(
          stored,
          landed['reporting'],
          { lands: stages, shows: stages },
          await readDue(storeUrl, 'sql'),
        ),
      );
    }
    for (const destination of at) {
      const held = destination.landed(stored.map(({ callId }) => callId));
      landed[destination.name] = held;
      const missing = missingAtDestination(
        owed,
        held,
        destination,
        await readDue(storeUrl, destination.name),
      );
      found.push(...missing.map((difference) => `${destination.name}: ${difference}`));
    }
    lastBalance = ledger.balance(stored, landed);
    return found;
  };

  const scene: Scene = {
    folder,
    random,
    ledger,
    get databaseUrl() {
      return storeUrl;
    },
    get reportingUrl() {
      return reportingUrl;
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
    async balance(options = {}) {
      const endMs = performance.now() + (options.withinMs ?? 60_000);
      for (;;) {
        const found = await differences(options);
        if (found.length === 0) return;
        if (performance.now() > endMs) {
          const [few, count] = [found.slice(0, 10), found.length];
          expect(few, `${count} differences: ${few.slice(0, 3).join('; ')}`).toEqual([]);
        }
        await sleep(200);
      }
    },
  };
  return {
    scene,
    done,
    balance: () => lastBalance,
    output: () => started.map((receiver) => receiver.output()).join('\n'),
    unsettled: () => readUnsettled(storeUrl),
    async close() {
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ exited }) => exited));
      for (const free of frees) await free();
    },
  };
}
