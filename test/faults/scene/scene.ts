import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Random } from '../../../src/simulate/traffic/random.ts';
import type { Stage } from '../../../src/domain/stage.ts';
import { builtCommand, builtTestProcess } from '../../fixtures/built-command.ts';
import {
  readFirstStart,
  receiverCommand,
  startProcess,
  takeToken,
  type ReceiverProcess,
} from '../../fixtures/receiver-process.ts';
import {
  createAnsweredPushes,
  missingAtDestination,
  type Destination,
  type LandedCall,
  type AnsweredPushes,
} from '../traffic/answered-pushes.ts';
import { readDue, readReporting, readStored, readUnsettled } from './outside.ts';
import { faultHeader } from '../traffic/traffic.ts';

export const kitCommand: readonly string[] = receiverCommand;
export const clientCommand: readonly string[] = builtCommand('client');
export const migrateCommand: readonly string[] = builtTestProcess('test/faults/programs/migrate-main.ts');
const faultCommand = builtTestProcess('test/faults/programs/receiver-main.ts');

/** The place of a fault: its own folder, its processes, and the record of the results. */
export interface Scene {
  readonly folder: string;
  readonly random: Random;
  readonly answers: AnsweredPushes;
  /** The database of store and reporting table, when they are on a server. */
  readonly databaseUrl: string;
  readonly reportingUrl: string;
  /** Uses this database for store and reporting table. */
  use(url: string): void;
  /** Notes what was done, for the report. */
  readonly did: (what: string) => void;
  /** Starts a receiver with the settings of the scene and these on top. With `kit`, it starts the kit's own main. */
  start(settings?: Readonly<Record<string, string>>, main?: 'kit'): Started;
  /** Frees a resource of the fault at its end. */
  finally(free: () => unknown): void;
  /** A token of the first client, which the first start created. */
  token(url: string): Promise<string>;
  /**
   * Waits until the balance is right: everything that was answered 2xx is stored, and everything stored landed once,
   * with all its data. After this time it fails with what is missing.
   */
  balance(options?: BalanceOptions): Promise<void>;
}

export type Started = ReceiverProcess & { readonly startedMs: number };

export interface BalanceOptions {
  readonly withinMs?: number;
  /** Destinations to check in addition to the reporting table. */
  readonly at?: readonly Destination[];
  /** Skips the reporting table. */
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
  const answers = createAnsweredPushes();
  const done: string[] = [];
  const started: ReceiverProcess[] = [];
  const frees: (() => unknown)[] = [];
  let lastBalance = 'no push was sent';
  let storeUrl = own['DATABASE_URL'] ?? `sqlite:${join(folder, 'data/jet.sqlite')}`;
  let reportingUrl = own['REPORTING_DATABASE_URL'] ?? `sqlite:${join(folder, 'data/reporting.sqlite')}`;

  /** The present differences from the required state. */
  const differences = async ({ at = [], ...options }: BalanceOptions): Promise<string[]> => {
    const { withoutReporting = false, except = () => false } = options;
    const stored = await readStored(storeUrl);
    const owed = stored.filter(({ callId }) => !except(callId));
    const landed: Record<string, LandedCall[]> = {};
    const found = answers.missingFrom(stored);
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
    lastBalance = answers.balance(stored, landed);
    return found;
  };

  const scene: Scene = {
    folder,
    random,
    answers,
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
