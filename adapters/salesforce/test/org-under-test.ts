import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { salesforce } from '../index.ts';
import { readSettings } from '../../../src/config/read-settings.ts';
import type { Adapter } from '../../../src/contract/adapter.ts';
import type { Delivery } from '../../../src/contract/delivery.ts';
import { AdapterMisconfigured, DestinationUnavailable } from '../../../src/contract/errors.ts';
import type { Delivered, Outcome } from '../../../src/contract/outcome.ts';
import { createAdapter } from '../../../src/app/create-adapter.ts';
import type { Call } from '../../../src/domain/call.ts';
import { isFinalStage } from '../../../src/domain/stage.ts';
import type { Ledger } from '../../../src/domain/remembered/ledger.ts';
import type { Trace } from '../../../src/crm/engine/trace.ts';
import { createMemoryLedger } from '../../../src/crm/memory-ledger.ts';
import { createMemoryNotes } from '../../../src/crm/memory-notes.ts';
import { asOfNow, deliveryOf, revised } from '../../../test/adapter-kit/kit-deliveries.ts';
import { silentLog } from '../../../test/fixtures/running-worker.ts';
import {
  startSalesforceStandIn,
  type Fields,
  type SalesforceStandIn,
  type SalesforceStandInOptions,
} from './stand-in/salesforce-stand-in.ts';

/** The time of the calls in these tests, shortly before they land. */
export const startMs = Date.UTC(2026, 10, 22, 1, 5, 0);

/** A number reserved for films, and the same number as somebody typed it. */
export const annsNumber = '+61491570006';
export const annsTyped = '0491 570 006';

/** An org and the adapter that writes to it. */
export interface OrgUnderTest {
  readonly org: SalesforceStandIn;
  /** The latest figures in the metrics. */
  readonly figures: ReadonlyMap<string, number>;
  readonly adapter: () => Adapter;
  readonly pass: (ms: number) => void;
  /** Makes a new adapter instance with the same ledger, as after a crash or a change of settings. */
  readonly restart: (changed?: Readonly<Record<string, string>>) => void;
  readonly deliver: (batch: readonly Delivery[], signal?: AbortSignal) => Promise<readonly Outcome[]>;
  /** Delivers, and fails unless all calls landed. */
  readonly land: (...batch: Delivery[]) => Promise<Delivered[]>;
  /** Repeats deliveries, as the worker does, until all calls have landed. */
  readonly landInTheEnd: (batch: readonly Delivery[]) => Promise<Delivered[]>;
  readonly tasks: () => readonly Fields[];
  /** The only task. */
  readonly task: () => Fields & { readonly Id: string };
}

// Long enough for a busy machine, so that only a batch that hangs is ended.
const patienceMs = 120_000;

export async function openOrg(
  settings: Readonly<Record<string, string>> = {},
  options: SalesforceStandInOptions = {},
  ledgerOf: (ledger: Ledger) => Ledger = (ledger) => ledger,
): Promise<OrgUnderTest> {
  let nowMs = startMs;
  const clock = (): number => nowMs;
  const org = await startSalesforceStandIn({ clock, ...options });
  const environment = {
    ADAPTERS: 'salesforce',
    SALESFORCE_LOGIN_URL: org.url,
    SALESFORCE_CLIENT_ID: org.clientId,
    SALESFORCE_CLIENT_SECRET: org.clientSecret,
    ...settings,
  };
  const ledger = ledgerOf(createMemoryLedger(clock));
  const notes = createMemoryNotes(clock);
  const figures = new Map<string, number>();
  const open = (changed: Readonly<Record<string, string>> = {}): Adapter => {
    const { core, adapters } = readSettings({ ...environment, ...changed }, [salesforce]);
    return createAdapter(salesforce, adapters.get('salesforce') ?? {}, {
      core,
      clock,
      log: silentLog,
      ledger,
      notes,
      showFigure: (figure, value) => void figures.set(figure, value),
    });
  };
  let adapter = open();
  onTestFinished(async () => {
    await adapter.close();
    await org.close();
  });
  const deliver: OrgUnderTest['deliver'] = (batch, signal = AbortSignal.timeout(patienceMs)) =>
    adapter.deliver(asOfNow(batch, nowMs), signal);
  return {
    org,
    figures,
    adapter: () => adapter,
    pass: (ms) => (nowMs += ms),
    restart: (changed) => (adapter = open(changed)),
    deliver,
    async land(...batch) {
      const outcomes = await deliver(batch);
      return batch.map(({ id }) => landedOf(outcomes.find((outcome) => outcome.id === id)));
    },
    async landInTheEnd(batch) {
      const landed = new Map<string, Delivered>();
      for (let attempt = 1; landed.size < batch.length; attempt += 1) {
        if (attempt > 8) throw new Error('It has not landed after eight attempts');
        const due = batch.filter(({ id }) => !landed.has(id)).map((delivery) => ({ ...delivery, attempt }));
        try {
          // The deadline ends before the adapter's own, as when the worker stops. It grows, because a busy machine is
          // slow.
          for (const outcome of await deliver(due, AbortSignal.timeout(200 * 2 ** attempt)))
            if (outcome.kind !== 'retry') landed.set(outcome.id, landedOf(outcome));
        } catch (error) {
          if (!(error instanceof DestinationUnavailable || error instanceof AdapterMisconfigured))
            throw error;
        }
      }
      return batch.map(({ id }) => landedOf(landed.get(id)));
    },
    tasks: () => org.records('Task'),
    task() {
      const [only, ...more] = org.records('Task');
      if (only === undefined || more.length > 0) throw new Error(`There are ${more.length + 1} tasks`);
      return { ...only, Id: idOf(only) };
    },
  };
}

/** The id of a record. Fails when there is no record. */
export function idOf(record: Fields | undefined): string {
  if (typeof record?.Id !== 'string') throw new Error('There is no such record');
  return record.Id;
}

export function traceOf(landed: Delivered | undefined): Trace {
  return landed?.trace as unknown as Trace;
}

/** Changes to the fields of a call. Undefined removes a field. */
export type CallChange = { readonly [Name in keyof Call]?: Call[Name] | undefined };

const answered = deliveryOf('answered');

/** An ended call from a number. */
export function callFrom(number: string | undefined, given: CallChange = {}, id = 'call-1'): Delivery {
  const ofNumber = { origin_number: number, origin_number_e164: number, counterpart_e164: number };
  const ofCall = { call_id: id, call_session_id: id, last_received_at: startMs - 1000 };
  const call = { ...answered.call, ...ofNumber, ...ofCall, ...given } as Call;
  return { ...answered, id, idempotencyKey: `jet-of-${id}`, call, isOver: isFinalStage(call.stage) };
}

/** The delivery that the core sends next, after a landing and a change of the call. */
export function next(delivery: Delivery, landed: Delivered | undefined, change: CallChange = {}): Delivery {
  if (landed === undefined) throw new Error('It has not landed');
  return revised(delivery, landed, change as Partial<Call>);
}

/** Delivers the same revision again, as a revisit does. */
export function again(delivery: Delivery, landed: Delivered | undefined): Delivery {
  return {
    ...delivery,
    remoteId: landed?.remoteId,
    visit: 'revisit',
    landedRevision: delivery.revision,
    landedTrace: landed?.trace,
  };
}

/** This many different valid numbers. */
export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `+614910${String(index).padStart(5, '0')}`);
}

/** Writes a file for `SALESFORCE_FIELDS`. Returns its path. */
export function fieldMap(map: Readonly<Record<string, string>>): string {
  const file = join(mkdtempSync(join(tmpdir(), 'jet-fields-')), 'fields.json');
  writeFileSync(file, JSON.stringify(map));
  return file;
}

function landedOf(outcome: Outcome | undefined): Delivered {
  if (outcome?.kind !== 'delivered') throw new Error(`It did not land: ${JSON.stringify(outcome)}`);
  return outcome;
}
