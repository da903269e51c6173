import { hubspot } from '../index.ts';
import { callKey, contactKey } from '../check/properties.ts';
import { readSettings } from '../../../src/config/read-settings.ts';
import {
  DestinationUnavailable,
  type Adapter,
  type Call,
  type Delivery,
  type Outcome,
} from '../../../src/contract/index.ts';
import { createAdapter } from '../../../src/app/create-adapter.ts';
import type { Ledger } from '../../../src/domain/remembered/ledger.ts';
import { isFinalStage } from '../../../src/domain/stage.ts';
import { createMemoryLedger } from '../../../src/crm/memory-ledger.ts';
import { createMemoryNotes } from '../../../src/crm/memory-notes.ts';
import { idempotencyKey } from '../../../src/delivery/as-delivery.ts';
import { asOfNow, deliveryOf, previewNowMs, revised } from '../../../test/adapter-kit/kit-deliveries.ts';
import { movedClock, silentLog, type MovedClock } from '../../../test/fixtures/running-worker.ts';
import { startHubspotStandIn, type HubspotStandIn, type PortalRecord } from './stand-in/hubspot-stand-in.ts';
import type { HubspotStandInOptions, PropertySeed } from './stand-in/stand-in-options.ts';

/** The adapter at a stand-in portal that is set up for it. */
export interface PortalUnderTest {
  readonly portal: HubspotStandIn;
  readonly clock: MovedClock;
  readonly config: Record<string, unknown>;
  readonly figures: ReadonlyMap<string, number>;
  adapter(): Adapter;
  /** Starts a new instance, as after a crash. It remembers nothing except what the core stores. */
  restart(): Promise<void>;
  deliver(batch: readonly Delivery[], signal?: AbortSignal): Promise<ReadonlyMap<string, Outcome>>;
  /** Delivers as the core does, with retries, until no outcome is a retry and nothing is paused. */
  settle(batch: readonly Delivery[]): Promise<ReadonlyMap<string, Outcome>>;
  /** The call engagements of a delivery's call. */
  callsOf(delivery: Delivery): readonly PortalRecord[];
  close(): Promise<void>;
}

// Long enough for a busy machine, so that only a batch that hangs is ended.
const patienceMs = 120_000;
const triesMax = 6;

/** @param keys the key properties of the portal; by default they are set up correctly */
export async function openPortal(
  options: HubspotStandInOptions = {},
  settings: Readonly<Record<string, string>> = {},
  keys?: readonly PropertySeed[],
  ledgerOf: (ledger: Ledger) => Ledger = (ledger) => ledger,
): Promise<PortalUnderTest> {
  const isUnique = settings.HUBSPOT_KEY !== 'search';
  const portal = await startHubspotStandIn({
    ...options,
    properties: {
      calls: [
        ...(options.properties?.calls ?? []),
        ...(keys ?? [{ name: callKey, hasUniqueValue: isUnique }]),
      ],
      contacts: [...(options.properties?.contacts ?? []), { name: contactKey, hasUniqueValue: true }],
    },
  });
  const clock = movedClock(previewNowMs);
  const ledger = ledgerOf(createMemoryLedger(clock));
  const notes = createMemoryNotes(clock);
  const figures = new Map<string, number>();
  const { core, adapters } = readSettings(
    {
      ADAPTERS: 'hubspot',
      HUBSPOT_ACCESS_TOKEN: portal.token,
      HUBSPOT_BASE_URL: portal.url,
      ...settings,
    },
    [hubspot],
  );
  const config = adapters.get('hubspot') ?? {};
  const showFigure = (name: string, value: number): void => void figures.set(name, value);
  const open = (): Adapter =>
    createAdapter(hubspot, config, { core, clock, log: silentLog, ledger, notes, showFigure });
  let adapter = open();
  const deliver = async (
    batch: readonly Delivery[],
    signal = AbortSignal.timeout(patienceMs),
  ): Promise<ReadonlyMap<string, Outcome>> =>
    new Map((await adapter.deliver(asOfNow(batch, clock()), signal)).map((outcome) => [outcome.id, outcome]));
  return {
    portal,
    clock,
    config,
    figures,
    adapter: () => adapter,
    async restart() {
      await adapter.close();
      adapter = open();
    },
    deliver,
    async settle(batch) {
      const settled = new Map<string, Outcome>();
      let due = [...batch];
      for (let tries = 0; due.length > 0; tries += 1) {
        if (tries === triesMax) throw new Error(`${due.length} deliveries are still due`);
        const answered = await deliver(due).catch((error: unknown) => {
          if (error instanceof DestinationUnavailable) return new Map<string, Outcome>();
          throw error;
        });
        for (const [id, outcome] of answered) if (outcome.kind !== 'retry') settled.set(id, outcome);
        due = due.flatMap((delivery) => {
          if (settled.has(delivery.id)) return [];
          // A pause counts no attempt, except where the adapter looks before it writes.
          const isCounted = answered.has(delivery.id) || !isUnique;
          return [{ ...delivery, attempt: delivery.attempt + (isCounted ? 1 : 0) }];
        });
      }
      return settled;
    },
    callsOf: ({ idempotencyKey }) =>
      portal.records('calls').filter(({ properties }) => properties[callKey] === idempotencyKey),
    async close() {
      await adapter.close();
      await portal.close();
    },
  };
}

/** Works in a portal of its own, and closes it. For tests that wait beside each other. */
export async function inPortal(
  [options, settings]: Parameters<typeof openPortal>,
  work: (test: PortalUnderTest) => Promise<void>,
): Promise<void> {
  const test = await openPortal(options, settings);
  try {
    await work(test);
  } finally {
    await test.close();
  }
}

/** Fields of a call. Undefined removes a field. */
type Given = { readonly [Name in keyof Call]?: Call[Name] | undefined };

/** A different mobile number for each index. */
export function mobileNumber(index: number): string {
  return `+61412${String(index).padStart(6, '0')}`;
}

/** Answered inbound calls that have ended, each from a different number. */
export function callsFromNumbers(count: number, given: Given = {}): Delivery[] {
  return Array.from({ length: count }, (_none, index) =>
    callFrom(mobileNumber(index), `call-${index}`, given),
  );
}

// Reading a sample takes long for a thousand calls.
const sample = deliveryOf('answered');

export function callFrom(number: string, callId: string, given: Given = {}): Delivery {
  const call = {
    ...sample.call,
    call_id: callId,
    origin_number: number,
    origin_number_e164: number,
    counterpart_e164: number,
    ...given,
  } as Call;
  return {
    ...sample,
    id: callId,
    idempotencyKey: idempotencyKey('hubspot', callId),
    call,
    isOver: isFinalStage(call.stage),
    revision: previewNowMs - 1000,
  };
}

/** The next delivery of a call that has landed and then changed. */
export function afterwards(
  delivery: Delivery,
  landed: Outcome | undefined,
  change: Partial<Call> = {},
): Delivery {
  if (landed?.kind !== 'delivered') throw new Error(`It did not land: ${JSON.stringify(landed)}`);
  return revised(delivery, landed, change);
}

/** The same delivery again: a revisit for a late match, or a replay. */
export function lookedAtAgain(delivery: Delivery, landed: Outcome | undefined): Delivery {
  return { ...afterwards(delivery, landed), revision: delivery.revision, visit: 'revisit' };
}
